/** How answers are written. */

/** JSON with 64-bit ids of tokens as numbers of all their digits; a plain answer pays nothing for it. */
export function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const raw = JSON as unknown as { rawJSON(text: string): unknown };
    return JSON.stringify(value, (_key, item: unknown) =>
      typeof item === 'bigint' ? raw.rawJSON(item.toString()) : item,
    );
  }
}

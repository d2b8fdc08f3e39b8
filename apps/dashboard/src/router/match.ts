/** Paths of pages: `/apps/:app/tokens` against `/apps/demo/tokens`. */

export type Params = Readonly<Record<string, string>>;

/** @returns the parameters of the path, or undefined when it is another page's. */
export function matchPath(pattern: string, path: string): Params | undefined {
  const wanted = pattern.split('/');
  const given = path.replace(/(?<=.)\/+$/, '').split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? '';
    if (part.startsWith(':')) {
      const value = decode(text);
      if (value === undefined || value === '') return undefined;
      params[part.slice(1)] = value;
    } else if (part !== text) {
      return undefined;
    }
  }
  return params;
}

/** Puts parameters into a pattern; the rest of the pattern stays. */
export function fillPattern(pattern: string, params: Params): string {
  return pattern.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

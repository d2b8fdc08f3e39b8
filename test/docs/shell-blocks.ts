/** The shell blocks of a page, in their order, and what the page says about running them. */

export interface ShellBlock {
  /** Line of the page the block begins at, from 1. */
  readonly line: number;
  readonly script: string;
  /** What the page says the block prints: these lines, in this order; `…` stands for anything. */
  readonly prints: readonly string[];
  /** `offline` blocks want the server stopped. */
  readonly when: 'online' | 'offline';
}

const BLOCK =
  /^(?:<!-- (run: offline|not run: .+?) -->\n)?```sh\n(.*?)^```$(?:\n+<!-- prints -->\n```text\n(.*?)^```$)?/gms;

/** Blocks that are run: all but those marked `not run`, with a reason that readers of the source see. */
export function shellBlocks(page: string): ShellBlock[] {
  return [...page.matchAll(BLOCK)].flatMap((match): ShellBlock[] => {
    const [, mark = '', script = '', printed = ''] = match;
    if (mark.startsWith('not run')) return [];
    const line = page.slice(0, match.index).split('\n').length;
    const prints = printed.split('\n').filter((text) => text !== '');
    return [{ line, script, prints, when: mark === 'run: offline' ? 'offline' : 'online' }];
  });
}

/** Blocks in a row that share a shell: a variable of one is there in the next. */
export function sessions(blocks: readonly ShellBlock[]): ShellBlock[][] {
  const found: ShellBlock[][] = [];
  for (const block of blocks) {
    const last = found.at(-1);
    if (last?.[0]?.when === block.when) last.push(block);
    else found.push([block]);
  }
  return found;
}

/**
 * A line that ends in `|| test $? -eq 77`, or `|| echo …`, shows a command that is refused. To a shell it is as good
 * when the command is allowed; here it is not.
 */
const REFUSED = /^(.*\S) \|\| ((?:test \$\? -eq \d+|echo .*\$\?.*))$/gm;

/** The script of a block, in which every command that is shown as refused must be. */
export const insisting = (script: string): string =>
  script.replaceAll(
    REFUSED,
    (line, command: string, then: string) =>
      `if { ${command}; }; then echo "allowed, and should not be: "${quote(line)} >&2; exit 98; else ${then}; fi`,
  );

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The first line a block should have printed and did not, or undefined. */
export function missingLine(output: string, prints: readonly string[]): string | undefined {
  const lines = output.split('\n');
  let from = 0;
  return prints.find((shown) => {
    const at = lines.findIndex((line, index) => index >= from && fits(line, shown));
    from = at + 1;
    return at === -1;
  });
}

function fits(line: string, shown: string): boolean {
  const [first = '', ...rest] = shown.split('…');
  const last = rest.pop();
  if (last === undefined) return line === shown;
  let at = line.startsWith(first) ? first.length : -1;
  for (const part of rest)
    if (at >= 0) at = line.includes(part, at) ? line.indexOf(part, at) + part.length : -1;
  return at >= 0 && line.slice(at).endsWith(last);
}

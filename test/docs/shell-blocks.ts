/** The shell blocks of a page, in their order, and what the page says about running them. */

export interface ShellBlock {
  /** Line of the page the block begins at, from 1. */
  readonly line: number;
  readonly script: string;
  /** `offline` blocks want the server stopped. */
  readonly when: 'online' | 'offline';
}

const BLOCK = /^(?:<!-- (run: offline|not run: .+?) -->\n)?```sh\n(.*?)^```$/gms;

/** Blocks that are run: all but those marked `not run`, with a reason that readers of the source see. */
export function shellBlocks(page: string): ShellBlock[] {
  return [...page.matchAll(BLOCK)].flatMap((match): ShellBlock[] => {
    const [, mark = '', script = ''] = match;
    if (mark.startsWith('not run')) return [];
    const line = page.slice(0, match.index).split('\n').length;
    return [{ line, script, when: mark === 'run: offline' ? 'offline' : 'online' }];
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

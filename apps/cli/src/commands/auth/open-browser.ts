/** Opens an address in the person's browser. */
import { spawn } from 'node:child_process';
import type { Io } from '../../core/io.ts';

/** @returns whether a browser was started; never throws. */
export function openBrowser(io: Io, url: string): Promise<boolean> {
  const chosen = io.env['BROWSER'];
  const program =
    chosen !== undefined && chosen !== '' ? chosen : io.platform === 'darwin' ? 'open' : 'xdg-open';
  return new Promise((resolve) => {
    const child = spawn(program, [url], { stdio: 'ignore', detached: true });
    child.on('error', () => resolve(false));
    child.on('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

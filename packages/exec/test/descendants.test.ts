/** Ending those who are left of a command. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { endEach, sessionMembers } from '../src/process/descendants.ts';

test('who ignores the polite signal, and who is stopped, is ended for sure', async () => {
  const script = `trap '' TERM; sh -c 'kill -STOP $$' & echo on; sleep 60; sleep 60`;
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const session = child.pid ?? 0;
  expect(sessionMembers(session)).toContain(session);
  await endEach(() => sessionMembers(session));
  expect(sessionMembers(session)).toEqual([]);
});

test('who cannot be signalled holds nobody', async () => {
  let looks = 0;
  // No process has this number: a signal to it fails, as one that is not allowed does.
  await endEach(() => {
    looks += 1;
    return [2 ** 30];
  });
  expect(looks).toBeGreaterThan(2);
});

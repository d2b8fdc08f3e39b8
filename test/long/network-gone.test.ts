/** What takes minutes by its nature: a network that is gone for two of them, in both ways it can be. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { markedBy, watch } from '../e2e/aftermath.ts';
import { install, until, type Installation } from '../e2e/installation.ts';
import { addRemoteMachine } from '../e2e/remote-machine.ts';

let postern: Installation;
beforeAll(async () => {
  postern = await install();
});
afterAll(() => postern.remove());

test('a network that is gone for two minutes loses nothing', async () => {
  const far = await addRemoteMachine(postern, 'two-minutes');
  const agent = await far.runAgent();
  const aftermath = await watch(postern, far, () => agent.child.pid);
  const answer = far.exec(['sh', '-c', 'for i in $(seq 300); do echo line $i; sleep 0.5; done; exit 3']);
  await sleep(2000);
  far.proxy.cut();
  await sleep(120_000);
  expect(await far.state()).toBe('unreachable');
  far.proxy.mend();
  const { body } = await answer;
  expect(body).toMatchObject({ exit_code: 3, reason: 'exited' });
  expect(String(body['stdout']).trimEnd().split('\n')).toEqual(
    Array.from({ length: 300 }, (_, index) => `line ${index + 1}`),
  );
  expect(agent.log()).toContain('disconnected');
  expect(await aftermath.settle()).toMatchObject([{ reason: 'exited', exit_code: 3 }]);
  await far.remove();
});

test('a network that does not come back: both sides end it, and say so', async () => {
  const far = await addRemoteMachine(postern, 'never-back');
  const agent = await far.runAgent();
  const aftermath = await watch(postern, far, () => agent.child.pid);
  const answer = far.exec(['sh', '-c', 'setsid sleep 9999 & sleep 9999']);
  await until(() => markedBy(far.mark).length >= 3);
  far.proxy.cut();
  expect(await answer).toMatchObject({ body: { code: 'connection_lost' } });
  // The agent hears of the silence later than the server.
  for (let tries = 0; tries < 10 && markedBy(far.mark).length > 0; tries += 1) await sleep(5000);
  far.proxy.mend();
  expect(await aftermath.settle()).toMatchObject([{ state: 'unknown', reason: 'connection-lost' }]);
  await far.remove();
});

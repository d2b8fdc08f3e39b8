/** What takes minutes by its nature: a network that is gone for two of them, in both ways it can be. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { install, processesWith, until, type Installation } from '../e2e/installation.ts';
import { addRemoteMachine } from '../e2e/remote-machine.ts';

let postern: Installation;
beforeAll(async () => {
  postern = await install();
});
afterAll(() => postern.remove());

test('a network that is gone for two minutes loses nothing', async () => {
  const far = await addRemoteMachine(postern, 'two-minutes');
  const agent = await far.runAgent();
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
  await far.remove();
});

test('a network that does not come back: both sides end it, and say so', async () => {
  const far = await addRemoteMachine(postern, 'never-back');
  await far.runAgent();
  const answer = far.exec(['sleep', '7299001']);
  await until(async () => (await processesWith('sleep 7299001')).length > 0);
  far.proxy.cut();
  expect(await answer).toMatchObject({ body: { code: 'connection_lost' } });
  const ended = async (): Promise<boolean> => (await processesWith('sleep 7299001')).length === 0;
  // The agent hears of the silence later than the server.
  for (let tries = 0; tries < 10 && !(await ended()); tries += 1) await sleep(5000);
  expect(await ended()).toBe(true);
  await far.remove();
});

/** Anybody who can reach the server, and callers who speak its protocols by hand. */
import { afterAll, beforeAll } from 'vitest';
import { describeAttack } from './attack-case.ts';
import { openGround, type Ground } from './ground.ts';
import { streams } from './streams.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.remove());

for (const attack of [streams]) describeAttack(attack, () => ground);

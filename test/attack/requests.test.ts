/** Anybody who can reach the server, and callers who speak its protocols by hand. */
import { afterAll, beforeAll } from 'vitest';
import { describeAttack } from './attack-case.ts';
import { framing } from './framing.ts';
import { openGround, type Ground } from './ground.ts';
import { streams } from './streams.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.remove());

for (const attack of [framing, streams]) describeAttack(attack, () => ground);

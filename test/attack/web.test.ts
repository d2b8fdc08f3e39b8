/** What comes from browsers, from strangers, and from machines. */
import { afterAll, beforeAll } from 'vitest';
import { describeAttack } from './attack-case.ts';
import { openGround, type Ground } from './ground.ts';
import { agents } from './agents.ts';
import { pagesOfOthers } from './pages-of-others.ts';
import { paths } from './paths.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.remove());

for (const attack of [agents, pagesOfOthers, paths]) describeAttack(attack, () => ground);

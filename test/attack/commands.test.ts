/** The holder of a token for certain commands, who wants to run others. */
import { afterAll, beforeAll } from 'vitest';
import { describeAttack } from './attack-case.ts';
import { openGround, type Ground } from './ground.ts';
import { environment } from './environment.ts';
import { forgedTokens } from './forged-tokens.ts';
import { malformed } from './malformed.ts';
import { matching } from './matching.ts';
import { programs } from './programs.ts';
import { shellLines } from './shell-lines.ts';
import { tokenUse } from './token-use.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.remove());

for (const attack of [matching, shellLines, malformed, programs, environment, forgedTokens, tokenUse])
  describeAttack(attack, () => ground);

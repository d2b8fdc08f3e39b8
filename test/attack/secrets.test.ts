/** One-time secrets, on grounds of their own: how much one address may try is counted. */
import { afterAll, beforeAll, describe } from 'vitest';
import { describeAttack } from './attack-case.ts';
import { openGround, type Ground } from './ground.ts';
import { guessedSecrets, guessing } from './guessed-secrets.ts';

describe.each([guessedSecrets, guessing])('on a ground of its own', (attack) => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await openGround();
  });
  afterAll(() => ground.remove());
  describeAttack(attack, () => ground);
});

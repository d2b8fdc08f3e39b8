/** What is shown and logged of what others wrote. */
import { afterAll, beforeAll } from 'vitest';
import { describeAttack } from './attack-case.ts';
import { openGround, type Ground } from './ground.ts';
import { hostileText } from './hostile-text.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround(['--access-log']);
});
afterAll(() => ground.remove());

describeAttack(hostileText, () => ground);

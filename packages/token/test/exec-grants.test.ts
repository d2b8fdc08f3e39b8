/** A token that restricts commands grants no environment, user or directory unless it names them. */
import { describe, expect, test } from 'vitest';
import { refuseUngranted, type Access, type Caveat } from '../src/index.ts';

const EXEC: Access = { kind: 'access', action: 2, now: 0, orgId: 1n, command: ['ls'] };
const LIST: Caveat = { type: 'Commands', commands: [{ args: ['ls'], exact: true }] };
const EVERY: Caveat = { type: 'Commands', commands: [{ args: [], exact: false }] };
const TEMPLATES: Caveat = { type: 'CommandTemplates', templates: [] };
const inside = (...ifs: Caveat[]): Caveat[] => [{ type: 'IfPresent', ifs, else: 1 }];

describe('what is asked for beside the argv', () => {
  test.each<[string, Partial<Access>, Caveat]>([
    ['an environment variable', { envNames: ['PATH'] }, { type: 'EnvNames', names: ['PATH'] }],
    ['a user', { user: 'root' }, { type: 'RunAsUsers', names: ['root'] }],
    ['a directory', { cwd: '/' }, { type: 'WorkingDirectories', names: ['/'] }],
  ])('%s must be named', (_, facts, grant) => {
    const access = { ...EXEC, ...facts };
    for (const rule of [LIST, TEMPLATES]) {
      expect(refuseUngranted([rule], access)).toMatchObject({ code: 'unauthorized', caveat: rule });
      expect(refuseUngranted(inside(rule), access)).toMatchObject({
        code: 'unauthorized',
        caveat: expect.anything() as unknown,
      });
      expect(refuseUngranted([grant, rule], access)).toBeUndefined();
      expect(refuseUngranted(inside(rule, grant), access)).toBeUndefined();
      expect(refuseUngranted([...inside(rule, grant), LIST], access)).toBeUndefined();
      // Invariant 1: what a holder appends grants nothing.
      expect(refuseUngranted([rule, grant], access)).toMatchObject({ code: 'unauthorized' });
      expect(refuseUngranted([...inside(rule), ...inside(grant)], access)).toMatchObject({
        code: 'unauthorized',
      });
      expect(refuseUngranted([...inside(rule), ...inside(rule, grant)], access)).toMatchObject({
        code: 'unauthorized',
      });
    }
  });

  test('who may run every command may choose all of it; who asks for nothing needs no grant', () => {
    const asked = { ...EXEC, envNames: ['PATH'], user: 'root', cwd: '/' };
    expect(refuseUngranted([EVERY], asked)).toBeUndefined();
    expect(refuseUngranted([], asked)).toBeUndefined();
    expect(refuseUngranted([EVERY, LIST], asked)).toMatchObject({ code: 'unauthorized' });
    expect(refuseUngranted([LIST], { ...EXEC, envNames: [] })).toBeUndefined();
    expect(refuseUngranted([LIST], EXEC)).toBeUndefined();
  });
});

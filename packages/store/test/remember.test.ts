/** Rows kept between writes: what every exec asks for is read once, and never older than the last commit. */
import { expect, test, vi } from 'vitest';
import { rememberRows } from '../src/sqlite/remember.ts';
import type { TokenRecord } from '../src/records.ts';
import type { Write } from '../src/write.ts';

const row = { id: 'tok_1' } as TokenRecord;

function remembered() {
  const findToken = vi.fn<(id: string) => Promise<TokenRecord | undefined>>(() => Promise.resolve(row));
  const nothing = () => Promise.resolve(undefined);
  return { findToken, ...rememberRows({ findApp: nothing, findMachine: nothing, findToken }) };
}

test('what an exec writes leaves them', async () => {
  const { reads, noteWrites, findToken } = remembered();
  await reads.findToken('tok_1');
  const exec = ['token.require-live', 'audit.append', 'exec.insert', 'exec.close'];
  noteWrites([exec.map((kind) => ({ kind }) as Write)]);
  expect(await reads.findToken('tok_1')).toBe(row);
  expect(findToken).toHaveBeenCalledTimes(1);
});

test.each<Write['kind']>([
  'token.revoke',
  'token.supersede',
  'token.first-use',
  'token.rename',
  'token.usage',
  'key.retire',
  'app.update',
  'app.delete',
  'machine.rename',
  'machine.delete',
  'organization.delete',
  'join.consume',
])('%s lets them go', async (kind) => {
  const { reads, noteWrites, findToken } = remembered();
  await reads.findToken('tok_1');
  noteWrites([[{ kind: 'audit.append' } as Write, { kind } as Write]]);
  await reads.findToken('tok_1');
  expect(findToken).toHaveBeenCalledTimes(2);
});

test('what is being read while a write is done is not kept', async () => {
  const { reads, noteWrites, findToken } = remembered();
  let answer: (found: TokenRecord) => void = () => undefined;
  findToken.mockReturnValueOnce(
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  const old = reads.findToken('tok_1');
  noteWrites([[{ kind: 'token.revoke' } as Write]]);
  answer({ ...row, name: 'as it was' });
  expect(await old).toMatchObject({ name: 'as it was' });
  expect(await reads.findToken('tok_1')).toBe(row);
});

test('a row that is not there is asked for again', async () => {
  const { reads, findToken } = remembered();
  findToken.mockResolvedValueOnce(undefined);
  expect(await reads.findToken('tok_1')).toBeUndefined();
  expect(await reads.findToken('tok_1')).toBe(row);
});

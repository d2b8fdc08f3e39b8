/** What is live, and what a unit that needs a live token or key says when it is not. */
import { describe, expect, test } from 'vitest';
import type { Store, Write } from '../src/index.ts';
import { entry, NOW, token, type Ground } from './fixtures.ts';

export function describeLiveTokens(store: () => Store, ground: () => Ground): void {
  const retire = (liveTokens: number): Write => ({ kind: 'key.retire', keyId: 'k1', at: NOW, liveTokens });
  const revoke = (tokenId: string): Write => ({
    kind: 'token.revoke',
    organizationId: ground().organizationId,
    tokenId,
    at: NOW,
    reason: null,
  });
  const supersede = (tokenId: string, diesAt: number): Write => ({
    kind: 'token.supersede',
    organizationId: ground().organizationId,
    tokenId,
    successorId: 'tok_x',
    diesAt,
  });

  describe('live tokens', () => {
    test('of a key are counted: not the expired, the revoked, the ones whose grace is over', async () => {
      await store().commit([
        { kind: 'token.insert', token: token(ground(), 'tok_1') },
        { kind: 'token.insert', token: token(ground(), 'tok_2', { expiresAt: NOW - 1 }) },
        { kind: 'token.insert', token: token(ground(), 'tok_3') },
        { kind: 'token.insert', token: token(ground(), 'tok_4') },
        { kind: 'token.insert', token: token(ground(), 'tok_5', { expiresAt: null }) },
        revoke('tok_3'),
        supersede('tok_4', NOW),
        supersede('tok_5', NOW + 1),
      ]);
      expect(await store().countLiveTokens('k1', NOW)).toBe(2);
      const ids = async (status: 'live' | 'revoked' | 'expired'): Promise<string[]> => {
        const query = { organizationId: ground().organizationId, now: NOW, limit: 9, offset: 0 };
        return (await store().listTokens({ ...query, status })).tokens.map(({ id }) => id).sort();
      };
      expect(await ids('live')).toEqual(['tok_1', 'tok_5']);
      expect(await ids('revoked')).toEqual(['tok_3', 'tok_4']);
      expect(await ids('expired')).toEqual(['tok_2']);
    });

    test.each<[string, () => Write]>([
      ['revoked', () => revoke('tok_1')],
      ['dead after its rotation', () => supersede('tok_1', NOW)],
      ['signed with a retired key', () => retire(1)],
    ])('a unit that needs one is refused when it is %s, in the same batch too', async (_, death) => {
      const { organizationId } = ground();
      await store().commit([{ kind: 'token.insert', token: token(ground(), 'tok_1') }]);
      const needs: Write[] = [
        { kind: 'token.require-live', organizationId, tokenId: 'tok_1', at: NOW },
        { kind: 'audit.append', entry: entry('ran') },
      ];
      const results = await Promise.allSettled([
        store().commit(needs),
        store().commit([death()]),
        store().commit(needs),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
      expect(results[2]).toMatchObject({ reason: { code: 'precondition' } });
      await expect(store().commit(needs)).rejects.toMatchObject({ code: 'precondition' });
      expect(await store().scanAudit(0, 9)).toHaveLength(1);
    });

    test('of another organization, or unknown, are not live', async () => {
      const { organizationId, otherOrganizationId } = ground();
      await store().commit([{ kind: 'token.insert', token: token(ground(), 'tok_1') }]);
      for (const [org, tokenId] of [
        [otherOrganizationId, 'tok_1'],
        [organizationId, 'tok_none'],
      ] as const) {
        await expect(
          store().commit([{ kind: 'token.require-live', organizationId: org, tokenId, at: NOW }]),
        ).rejects.toMatchObject({ code: 'precondition' });
      }
    });

    test('a key is retired once, and only with the number of tokens that die', async () => {
      await store().commit([{ kind: 'token.insert', token: token(ground(), 'tok_1') }]);
      await store().commit([{ kind: 'key.require-live', keyId: 'k1' }]);
      for (const wrong of [0, 2])
        await expect(store().commit([retire(wrong)])).rejects.toMatchObject({ code: 'precondition' });
      await store().commit([retire(1)]);
      await expect(store().commit([retire(1)])).rejects.toMatchObject({ code: 'precondition' });
      for (const keyId of ['k1', 'none']) {
        await expect(store().commit([{ kind: 'key.require-live', keyId }])).rejects.toMatchObject({
          code: 'precondition',
        });
      }
    });
  });
}

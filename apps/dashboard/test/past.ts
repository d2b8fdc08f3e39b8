/** Tokens as months of use leave them, written by the store itself while the server is stopped. */
import { randomBytes, randomUUID } from 'node:crypto';
import { openSqliteStore } from '../../../packages/store/src/sqlite/index.ts';
import type { NewToken, Write } from '../../../packages/store/src/write.ts';
import type { Dashboard } from './browser.ts';

export const DAY_MS = 86_400_000;
const WRITES_AT_ONCE = 1000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

export interface PastToken {
  readonly name: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  /** In the order of time. */
  readonly uses?: readonly PastUse[];
}

export interface PastUse {
  readonly at: number;
  readonly allowed: number;
  readonly refused: number;
}

/** Adds tokens of the app `demo`, which allow what a token minted for it allows. */
export async function addPastTokens(dashboard: Dashboard, tokens: readonly PastToken[]): Promise<void> {
  const { record } = await dashboard.api<{ record: { id: string } }>('POST', '/v1/apps/demo/tokens', {
    name: 'first try',
    commands: [{ args: ['git', 'status'], exact: true }, { args: ['npm', 'test'] }],
  });
  await dashboard.installation.stop();
  const store = openSqliteStore(dashboard.installation.dataDir);
  try {
    const pattern = await store.findToken(record.id);
    if (pattern === undefined) throw new Error('the token was not stored');
    const { keyId, organizationId, appId, profile, caveats, createdBy } = pattern;
    const shared = { keyId, organizationId, appId, profile, caveats, createdBy, revokesOnUse: null };
    const writes = tokens.flatMap((token) => writesOf(token, shared));
    for (let at = 0; at < writes.length; at += WRITES_AT_ONCE) {
      await store.commit(writes.slice(at, at + WRITES_AT_ONCE));
    }
  } finally {
    await store.close();
  }
  await dashboard.installation.start();
  await dashboard.api('POST', `/v1/tokens/${record.id}/revoke`, {});
}

type Shared = Omit<NewToken, 'id' | 'uuid' | 'name' | 'createdAt' | 'expiresAt'>;

function writesOf({ name, createdAt, expiresAt, uses = [] }: PastToken, shared: Shared): Write[] {
  const id = `tok_${Array.from(randomBytes(16), (byte) => LETTERS.charAt(byte % 32)).join('')}`;
  return [
    {
      kind: 'token.insert',
      token: { ...shared, id, uuid: randomUUID(), name, createdAt, expiresAt },
    },
    ...uses.map(({ at, allowed, refused }): Write => ({
      kind: 'token.usage',
      usage: {
        organizationId: shared.organizationId,
        tokenId: id,
        day: new Date(at).toISOString().slice(0, 10),
        allowed,
        refused,
        last: { at, from: '10.0.0.7', machine: null, command: ['git', 'status'] },
      },
    })),
  ];
}

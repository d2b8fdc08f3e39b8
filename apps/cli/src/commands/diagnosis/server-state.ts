/** What a server says of itself to anybody: that it lives, its version, whether it takes requests. */
import { PosternError } from '@postern/contract/errors';
import type { HttpResponse } from '@postern/client';
import { VERSION } from '../../version.ts';
import type { Finding } from './check.ts';

/** Sends a GET without credentials. */
export type Ask = (path: string) => Promise<HttpResponse>;

/** Words for what `/readyz` says. */
const REASONS: Readonly<Record<string, readonly [says: string, hint: string]>> = {
  draining: ['it is stopping', 'wait for its successor'],
  'store-unreadable': ['it cannot read its data', 'look at its log and at its database'],
  'store-unwritable': ['it cannot write: nothing is run', 'is its disk full, or its database gone?'],
};

/** @throws PosternError for a server that should not be sent requests. */
export async function lookAtReadiness(ask: Ask): Promise<Finding> {
  const { status, text } = await ask('/readyz');
  if (status === 200) return { state: 'ok', says: 'takes requests' };
  if (status !== 503) return { state: 'skipped', says: `the server does not say (HTTP ${status})` };
  const reason = readWord(text, 'reason') ?? 'for a reason it does not say';
  const [says, hint] = REASONS[reason] ?? [reason, 'look at its log'];
  throw new PosternError('connection_lost', `the server is not ready: ${says}`, { hint });
}

export async function lookAtVersion(ask: Ask): Promise<Finding> {
  const { status, text } = await ask('/healthz');
  const version = status === 200 ? readWord(text, 'version') : undefined;
  if (version === undefined) return { state: 'skipped', says: 'the server does not tell its version' };
  if (version === VERSION) return { state: 'ok', says: `${version}, like this program` };
  return {
    state: 'warning',
    says: `the server has ${version}, this program ${VERSION}`,
    hint: 'use the same: one may know what the other does not',
  };
}

function readWord(text: string, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !(name in value)) return undefined;
    const word: unknown = value[name as keyof typeof value];
    return typeof word === 'string' ? word : undefined;
  } catch {
    return undefined;
  }
}

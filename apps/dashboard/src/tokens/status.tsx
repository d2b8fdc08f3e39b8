import type { TokenResource } from '@postern/contract';
import { Badge, type BadgeKind } from '../components/badge.tsx';

const WORDS: Readonly<Record<TokenResource['status'], readonly [kind: BadgeKind, word: string]>> = {
  live: ['good', 'Live'],
  expired: ['plain', 'Expired'],
  revoked: ['bad', 'Revoked'],
  not_yet_valid: ['warn', 'Not yet valid'],
};

export function TokenStatus({ status }: Pick<TokenResource, 'status'>) {
  const [kind, word] = WORDS[status];
  return <Badge kind={kind}>{word}</Badge>;
}

export function isLive({ status }: Pick<TokenResource, 'status'>): boolean {
  return status === 'live' || status === 'not_yet_valid';
}

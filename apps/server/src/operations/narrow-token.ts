/** How a token could be narrower: from the commands its exec records hold. */
import { LIMITS, type Operations, type OutputOf } from '@postern/contract';
import type { TokenRecord } from '@postern/store';
import {
  ACTION,
  caveatToJson,
  decodeCaveats,
  describeCaveat,
  narrowToUse,
  type Caveat,
} from '@postern/token';
import type { Services } from '../services.ts';
import { time } from './present.ts';

type Narrowing = OutputOf<Operations['narrowToken']>;

export async function narrowingOf(token: TokenRecord, { store }: Services): Promise<Narrowing> {
  const execs = await store.listExecs({
    organizationId: token.organizationId,
    tokenId: token.id,
    limit: LIMITS.narrowExecs,
    offset: 0,
  });
  const byCommand = Map.groupBy(execs, ({ command }) => JSON.stringify(command));
  const used = [...byCommand.values()].map((same) => ({
    command: [...(same[0]?.command ?? [])],
    times: same.length,
    last_at: time(Math.max(...same.map(({ startedAt }) => startedAt))),
  }));
  used.sort((a, b) => b.times - a.times);
  const { exact, prefix, templates } = narrowToUse(
    decodeCaveats(token.caveats),
    used.map(({ command }) => command),
  );
  const proposals: Narrowing['proposals'] = [];
  if (exact !== undefined) proposals.push(propose('exact', { type: 'Commands', commands: exact }));
  if (templates !== undefined) proposals.push(propose('template', { type: 'CommandTemplates', templates }));
  if (prefix !== undefined) proposals.push(propose('prefix', { type: 'Commands', commands: prefix }));
  return { execs: execs.length, complete: execs.length < LIMITS.narrowExecs, used, proposals };
}

/** Reading stays as it was: the caveat counts when a command is run. */
function propose(
  kind: Narrowing['proposals'][number]['kind'],
  commands: Caveat,
): Narrowing['proposals'][number] {
  const { type, body } = caveatToJson({ type: 'IfPresent', ifs: [commands], else: ACTION.r });
  return { kind, summary: describeCaveat(commands) ?? kind, caveat: { type, body } };
}

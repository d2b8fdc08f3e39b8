import { requireAdmin, type Person } from '@postern/authority';
import { PosternError } from '@postern/contract';
import type { KeyRecord } from '@postern/store';
import type { Handlers } from '../http/routes.ts';
import type { Services } from '../services.ts';
import { time, timeOrNull } from './present.ts';

export const keyHandlers: Pick<Handlers, 'listKeys' | 'rotateKeys' | 'retireKey'> = {
  async listKeys(_input, { person }, services) {
    await requireOperator(person, services);
    const keys = await services.store.listKeys();
    return { keys: await Promise.all(keys.map((key) => present(key, keys, services))) };
  },

  async rotateKeys(_input, { person, source }, services) {
    await requireOperator(person, services);
    const key = await services.authority.rotateKeys(person, { source });
    return present(key, await services.store.listKeys(), services);
  },

  async retireKey({ params, body }, { person, source }, services) {
    await requireOperator(person, services);
    await services.authority.retireKey(person, params.key, body.expected_live_tokens, { source });
    const keys = await services.store.listKeys();
    const key = keys.find(({ id }) => id === params.key);
    if (key === undefined) throw new PosternError('key_not_found', `there is no key ${params.key}`);
    return present(key, keys, services);
  },
};

/** Keys belong to the whole installation: the admins of its first organization look after them. */
async function requireOperator(person: Person, { store }: Services): Promise<void> {
  const first = await store.findOrganization(1);
  if (first === undefined)
    throw new PosternError('policy_refused', 'the organization that looks after keys is gone');
  await requireAdmin(store, person, first);
}

async function present(key: KeyRecord, keys: readonly KeyRecord[], { store, now }: Services) {
  const newest = keys.findLast(({ retiredAt }) => retiredAt === null);
  return {
    id: key.id,
    generation: key.generation,
    state:
      key.retiredAt !== null
        ? ('retired' as const)
        : key.id === newest?.id
          ? ('active' as const)
          : ('verifying' as const),
    created_at: time(key.createdAt),
    retired_at: timeOrNull(key.retiredAt),
    live_tokens: await store.countLiveTokens(key.id, now()),
  };
}

import { PosternError } from '@postern/contract';
import type { KeyRecord } from '@postern/store';
import type { Handlers } from '../http/routes.ts';
import type { Services } from '../services.ts';
import { requireOperator } from './find.ts';
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

import type { Handlers } from '../http/routes.ts';
import { time, timeOrNull } from './present.ts';

export const keyHandlers: Pick<Handlers, 'listKeys'> = {
  async listKeys(_input, _facts, { store, now }) {
    const keys = await store.listKeys();
    const newest = keys.findLast(({ retiredAt }) => retiredAt === null);
    return {
      keys: await Promise.all(
        keys.map(async (key) => ({
          id: key.id,
          generation: key.generation,
          state:
            key.retiredAt !== null
              ? ('retired' as const)
              : key === newest
                ? ('active' as const)
                : ('verifying' as const),
          created_at: time(key.createdAt),
          retired_at: timeOrNull(key.retiredAt),
          live_tokens: await store.countLiveTokens(key.id, now()),
        })),
      ),
    };
  },
};

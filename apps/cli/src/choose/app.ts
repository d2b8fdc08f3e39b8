/** Which app is meant: `-a`, then `POSTERN_APP`, then the configuration file, then the only one there is. */
import { PosternError } from '@postern/contract/errors';
import type { Io } from '../core/io.ts';
import { choose, mayAsk } from '../core/prompt.ts';
import type { Session } from '../settings/connect.ts';
import { readAppConfig } from './config-file.ts';
import { reachableApps } from './reachable-apps.ts';

export interface AppFlags {
  readonly app: string | undefined;
  readonly config: string | undefined;
}

/** The app somebody named, if anybody did. The configuration file must be sound even when `-a` wins over it. */
export async function namedApp(io: Io, flags: AppFlags): Promise<string | undefined> {
  const named = await readAppConfig(io.cwd, flags.config);
  return [flags.app, io.env['POSTERN_APP'], named?.app].find((name) => name !== undefined && name !== '');
}

/** @throws PosternError `bad_request` that names the flag when the app cannot be known. */
export async function chooseApp(io: Io, flags: AppFlags, session: Session): Promise<string> {
  const named = await namedApp(io, flags);
  if (named !== undefined) return named;
  const apps = await reachableApps(session);
  const [only] = apps;
  if (apps.length === 1 && only !== undefined) return only.name;
  if (apps.length === 0) {
    const isSession = session.settings.token?.startsWith('fo1_') === true;
    throw isSession
      ? new PosternError('app_not_found', 'there is no app', { hint: 'create one: postern apps create NAME' })
      : new PosternError('bad_request', 'which app? The token is for a whole organization', {
          hint: 'name one with -a APP or POSTERN_APP',
        });
  }
  if (!mayAsk(io)) {
    throw new PosternError('bad_request', 'which app? There are several', {
      hint: `name one with -a APP or POSTERN_APP: ${apps.map((app) => app.name).join(', ')}`,
    });
  }
  const index = await choose(
    io,
    'Select app:',
    apps.map((app) => `${app.name} (${app.organization})`),
  );
  return apps[index]?.name ?? '';
}

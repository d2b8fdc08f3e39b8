import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { readAppConfig } from '../../choose/config-file.ts';
import { printJson } from '../../output/print.ts';
import { printFields } from '../../output/table.ts';
import { credentialsPath, readCredentials } from '../../settings/credentials-file.ts';
import { readSettings } from '../../settings/settings.ts';

export const command = defineCommand({
  description:
    'Show which server, credentials, app and organization commands use here, and where each comes from.',
  flags: { config: SHARED_FLAGS.config, json: SHARED_FLAGS.json },
  examples: [{ does: 'What would a command use', line: 'postern config show' }],
  json: {
    version: '1',
    server: '`value` and `from`',
    token: '`kind` (session, token or none) and `from`; never its text',
    context: 'name, or null',
    app: '`value` and `from`, or null',
    organization: '`value` and `from`, or null',
    credentials_file: 'its path',
    contexts: 'names',
  },
  run: async (io, { flags }) => {
    const settings = await readSettings(io, flags);
    const { contexts } = await readCredentials(io);
    const file = await readAppConfig(io.cwd, flags.config);
    const app =
      fromEnvironment(io.env, 'POSTERN_APP') ??
      (file?.app === undefined ? null : { value: file.app, from: file.path });
    const organization = fromEnvironment(io.env, 'POSTERN_ORG') ?? null;
    const kind = kindOf(settings.token);
    if (flags.json) {
      printJson(io, {
        version: 1,
        server: { value: settings.server, from: settings.serverFrom },
        token: { kind, from: settings.tokenFrom },
        context: settings.context ?? null,
        app,
        organization,
        credentials_file: credentialsPath(io),
        contexts: Object.keys(contexts),
      });
      return;
    }
    printFields(io, [
      ['Server', `${settings.server} (${settings.serverFrom})`],
      ['Credentials', kind === 'none' ? 'none' : `${kind} (${settings.tokenFrom})`],
      ['Context', settings.context ?? 'none'],
      ['App', app === null ? 'none' : `${app.value} (${app.from})`],
      ['Organization', organization === null ? 'none' : `${organization.value} (${organization.from})`],
      ['Credentials file', credentialsPath(io)],
      ['Contexts', Object.keys(contexts).join(', ') || 'none'],
    ]);
  },
});

function kindOf(token: string | undefined): 'session' | 'token' | 'none' {
  if (token === undefined) return 'none';
  return token.startsWith('fo1_') ? 'session' : 'token';
}

function fromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): { value: string; from: string } | undefined {
  const value = env[name];
  return value === undefined || value === '' ? undefined : { value, from: name };
}

/** Signs the command line of this host in as the owner: a credentials file of mode 0600. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Authority, Person } from '@postern/authority';
import { z } from 'zod';

const CONTEXT = 'local';

const credentialsSchema = z.object({
  version: z.literal(1),
  current: z.string(),
  contexts: z.record(z.string(), z.object({ server: z.string(), token: z.string(), email: z.string() })),
});
type Credentials = z.infer<typeof credentialsSchema>;

/** Makes a session only when the file has none that works with this server. */
export async function ensureLocalCredentials(
  configDir: string,
  server: string,
  owner: Person,
  authority: Authority,
): Promise<string> {
  const file = join(configDir, 'credentials.json');
  const before = readCredentials(file);
  const known = before?.contexts[CONTEXT];
  if (known?.server === server && (await isLive(known.token, authority))) return file;
  const { token } = await authority.createSession(owner, { source: null }, 'the server of this host');
  const after: Credentials = {
    version: 1,
    current: before?.current ?? CONTEXT,
    contexts: { ...before?.contexts, [CONTEXT]: { server, token, email: owner.email } },
  };
  mkdirSync(configDir, { recursive: true, mode: 0o700 });
  const beside = `${file}.new`;
  writeFileSync(beside, `${JSON.stringify(after, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(beside, file);
  return file;
}

function readCredentials(file: string): Credentials | undefined {
  try {
    return credentialsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

async function isLive(token: string, authority: Authority): Promise<boolean> {
  return authority.verifySession(token).then(
    () => true,
    () => false,
  );
}

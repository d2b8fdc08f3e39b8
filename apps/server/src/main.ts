/** `npm start`: parse, start, say what to do next, stop on a signal. */
import { StoreError } from '@postern/store';
import { AuthorityError } from '@postern/authority';
import { ConfigError, parseConfig, USAGE, type ServerConfig } from './config.ts';
import { createLog } from './log.ts';
import { backup } from './maintenance/backup.ts';
import { restore } from './maintenance/restore.ts';
import { rewrapKeys } from './maintenance/rewrap-keys.ts';
import { startServer, type RunningServer } from './start.ts';

/**
 * In a clone the command line is a program of the folder. Elsewhere `npx` would ask the registry for a package of that
 * name, which is none of ours, and give it what the environment holds.
 */
const POSTERN = import.meta.filename.endsWith('.ts') ? 'npx postern' : 'postern';

async function greet(server: RunningServer, config: ServerConfig): Promise<void> {
  // A terminal has a reader; what goes to a file or a log collector must not hold a link that signs somebody in.
  const dashboard = process.stdout.isTTY
    ? `Open the dashboard, signed in (works once):\n  ${await server.createLoginLink()}`
    : `Open the dashboard there; a link that signs you in comes from: ${POSTERN} auth link`;
  const { machineId, first, owner } = server.installation;
  const lines = [
    `Postern is running at ${server.url}`,
    '',
    `  owner    ${owner.email}`,
    `  machine  ${machineId ?? '(none: the embedded agent is off)'}`,
    `  data     ${config.dataDir}`,
    `  signed in as the owner: ${server.credentialsFile}`,
    '',
    dashboard,
    '',
    first ? 'Or try here:' : 'Or try here, as before:',
    `  TOKEN=$(${POSTERN} tokens create machine-exec -a demo -- uname -a)`,
    `  POSTERN_TOKEN=$TOKEN ${POSTERN} machine exec -a demo "uname -a"`,
    `  ${POSTERN} tokens list -a demo`,
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function maintain(act: string, word: string | undefined, config: ServerConfig): Promise<string> {
  switch (act) {
    case 'backup':
      return backup(config, word, Date.now());
    case 'restore':
      return restore(config, word, config.unknownTokens, process.env, Date.now());
    case 'rewrap-keys':
      return rewrapKeys(config, process.env, Date.now());
    default:
      throw new ConfigError(`unknown word ${JSON.stringify(act)}; see --help`);
  }
}

async function main(): Promise<void> {
  const config = parseConfig(process.argv.slice(2), process.env);
  if (config === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const [act, word] = config.words;
  if (act !== undefined) {
    process.stdout.write(await maintain(act, word, config));
    return;
  }
  const log = createLog(
    (line) => void process.stderr.write(`${line}\n`),
    () => Date.now(),
  );
  const server = await startServer(config, process.env, log);
  await greet(server, config);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) {
        // Asked twice: whoever waits has had enough. What runs is ended, but not forgotten: the next start closes it.
        log.warn('server.stopped-at-once', { signal });
        process.exit(75);
      }
      stopping = true;
      // Ctrl-C is a person who waits; SIGTERM is a supervisor that has its own patience.
      const drainMs = signal === 'SIGTERM' ? config.drainMs : 0;
      log.info('server.stopping', { signal, drainMs });
      server.stop(drainMs).then(
        () => process.exit(0),
        (error: unknown) => {
          log.error('server.stop-failed', { message: String(error) });
          process.exit(70);
        },
      );
    });
  }
  process.on('SIGHUP', () => {
    try {
      server.reloadCertificate();
      log.info('server.certificate-read');
    } catch (error) {
      log.error('server.certificate-not-read', { message: String(error) });
    }
  });
}

main().catch((error: unknown) => {
  const expected =
    error instanceof ConfigError || error instanceof StoreError || error instanceof AuthorityError;
  const text = expected
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  process.stderr.write(`error: ${text}\n`);
  process.exit(error instanceof ConfigError ? 64 : 70);
});

/** `postern-agent`: joins a server once, then serves its machines. */
import { parseArgs } from 'node:util';
import { createProcessDriver, createSpawner, locateSpawner, type Driver } from '@postern/exec';
import { AgentError, readIdentity, writeIdentity } from './config.ts';
import { join } from './join.ts';
import { runAgent } from './run.ts';

const USAGE = `Usage: postern-agent join --server URL --token JOIN [--identity FILE]
       postern-agent run [--identity FILE] [--embedded]

join  makes a key pair, spends the one-time join token of \`postern machines add\`, and writes the identity file
run   connects to the server and runs the commands it orders; ends them when it is stopped

Options:
  --identity FILE  the agent's identity (default /etc/postern/agent.json; env POSTERN_AGENT_IDENTITY)
  --embedded       stop when standard input ends: for a server that starts the agent itself

Examples:
  postern-agent join --server https://postern.example.com --token join_…
  postern-agent run
`;

const log = (line: string): void => void process.stderr.write(`postern-agent: ${line}\n`);

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      server: { type: 'string' },
      token: { type: 'string' },
      identity: { type: 'string' },
      embedded: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [verb] = positionals;
  const file = values.identity ?? process.env['POSTERN_AGENT_IDENTITY'] ?? '/etc/postern/agent.json';
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (verb === 'join' && values.server !== undefined && values.token !== undefined) {
    const { identity, machineId } = await join(values.server, values.token);
    writeIdentity(file, identity);
    log(`joined as ${identity.agent_id}, serving machine ${machineId}; now run \`postern-agent run\``);
    return 0;
  }
  if (verb === 'run') {
    const stop = new AbortController();
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());
    if (values.embedded === true) process.stdin.on('end', () => stop.abort()).resume();
    const program = locateSpawner(process.env['POSTERN_SPAWNER']);
    if (program === undefined) log('the native spawner was not built: no terminals, no choice of user');
    const spawner = program === undefined ? undefined : createSpawner(program);
    const process_ = createProcessDriver({ environment: process.env, spawner });
    await runAgent(
      readIdentity(file),
      new Map<string, Driver>([[process_.kind, process_]]),
      stop.signal,
      log,
    );
    await spawner?.close();
    return 0;
  }
  process.stderr.write(USAGE);
  return 64;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof TypeError && 'code' in error;
  log(error instanceof AgentError || usage ? error.message : `failed: ${String(error)}`);
  process.exitCode = usage ? 64 : 70;
}

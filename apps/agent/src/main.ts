/** `postern-agent`: joins a server once, then serves its machines. */
import { createTracer, NO_TRACER, traceSettings } from '@postern/trace';
import * as http from 'node:http';
import { parseArgs } from 'node:util';
import { cgroupProblem, createSpawner, locateSpawner } from '@postern/exec';
import { AgentError, readIdentity, writeIdentity, type Identity } from './config.ts';
import { createDrivers } from './drivers.ts';
import { join } from './join.ts';
import { readPolicy } from './policy.ts';
import { runAgent } from './run.ts';
import { VERSION } from './version.ts';

const USAGE = `Usage: postern-agent join --server URL --token JOIN [--identity FILE]
       postern-agent run [--identity FILE] [--policy FILE] [--embedded]

join  makes a key pair, spends the one-time join token of \`postern machines add\`, and writes the identity file
run   connects to the server and runs the commands it orders; ends them when it is stopped

Options:
  --identity FILE  the agent's identity (default /etc/postern/agent.json; env POSTERN_AGENT_IDENTITY)
  --policy FILE    what this machine allows at all, beyond any token (default /etc/postern/agent-policy.json when it
                   is there; env POSTERN_AGENT_POLICY)
  --embedded       stop when standard input ends: for a server that starts the agent itself

Examples:
  postern-agent join --server https://postern.example.com --token join_…
  postern-agent run
`;

const DEFAULT_POLICY = '/etc/postern/agent-policy.json';

const log = (line: string): void => void process.stderr.write(`postern-agent: ${line}\n`);

// Who read it may be gone before us, and commands must be ended then, not left behind by a crash.
process.stderr.on('error', () => undefined);

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      server: { type: 'string' },
      token: { type: 'string' },
      identity: { type: 'string' },
      policy: { type: 'string' },
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
  // HTTPS_PROXY and NO_PROXY as everywhere; a server's own agent speaks to this host alone.
  // Node 24 has it since 24.14.
  if (values.embedded !== true && 'setGlobalProxyFromEnv' in http) http.setGlobalProxyFromEnv();
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
    await serve(readIdentity(file), values.policy, stop.signal);
    return 0;
  }
  process.stderr.write(USAGE);
  return 64;
}

async function serve(identity: Identity, named: string | undefined, signal: AbortSignal): Promise<void> {
  const policyFile = named ?? process.env['POSTERN_AGENT_POLICY'];
  const policy = readPolicy(policyFile ?? DEFAULT_POLICY, policyFile !== undefined);
  const program = locateSpawner(process.env['POSTERN_SPAWNER']);
  if (program === undefined) {
    log('the native spawner was not built: no terminals, no choice of user, no limits');
    if (
      policy?.limits.pids !== undefined ||
      policy?.limits.memory_bytes !== undefined ||
      policy?.no_new_privileges
    ) {
      throw new AgentError('the policy sets limits, which need the native spawner: run `npm run build`');
    }
  }
  const limits = { pids: policy?.limits.pids, memoryBytes: policy?.limits.memory_bytes };
  const problem = cgroupProblem(limits);
  if (problem !== undefined) throw new AgentError(`the limits of the policy cannot be kept here: ${problem}`);
  const spawner = program === undefined ? undefined : createSpawner(program);
  const drivers = createDrivers({
    environment: process.env,
    spawner,
    limits,
    noNewPrivileges: policy?.no_new_privileges,
  });
  const traces = traceSettings(process.env, 'postern-agent');
  const tracer = traces === undefined ? NO_TRACER : createTracer(traces, VERSION, Date.now);
  await runAgent(identity, { drivers, policy, tracer }, signal, log);
  await tracer.flush();
  drivers.close();
  await spawner?.close();
}

function fail(error: unknown): number {
  const usage = error instanceof TypeError && 'code' in error;
  log(error instanceof AgentError || usage ? error.message : `failed: ${String(error)}`);
  return usage ? 64 : 70;
}

// No await at the top: the bundle is a CommonJS file.
void main(process.argv.slice(2))
  .catch(fail)
  .then((code) => (process.exitCode = code));

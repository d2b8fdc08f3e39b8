/** A thousand agents on one gateway: each joins, proves itself, is seen, and runs what is meant for it alone. */
import { NO_TRACER } from '@postern/trace';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExecResource } from '@postern/contract';
import type { Driver } from '@postern/exec';
import { join as joinServer } from '../../apps/agent/src/join.ts';
import { serveConnection, type ConnectionEnd } from '../../apps/agent/src/connect.ts';
import { createLinkKeeper } from '../../apps/agent/src/link-keeper.ts';
import { expectAudited, expectLevel, levelOf, pages } from './aftermath.ts';
import { install, until, type Installation } from './installation.ts';
import type { Answer } from './remote-machine.ts';

const AGENTS = 1000;
/** What a link may take while it is there; V8 gives its room back when it likes. */
const LINK_BYTES = 64 * 1024;
const AT_ONCE = 25;

let postern: Installation;
beforeAll(async () => {
  postern = await install();
});
afterAll(() => postern.remove());

async function call(path: string, body?: object): Promise<unknown> {
  const response = await fetch(postern.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${postern.session()}`,
      'content-type': 'application/json',
      connection: 'close',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.json();
}

/** A driver that says which agent it belongs to; a thousand real ones would say nothing more about the gateway. */
function echoDriver(name: string): Driver {
  return {
    kind: 'process',
    features: new Set(),
    start(_spec, sink) {
      const bytes = Buffer.from(name);
      const outcome = Promise.resolve(sink.output('stdout', bytes)).then(() => ({
        reason: 'exited' as const,
        exitCode: 0,
        exitSignal: null,
        durationMs: 1,
        stdoutBytes: bytes.length,
        stderrBytes: 0,
        stdoutTruncated: false,
        stderrTruncated: false,
        message: null,
      }));
      return {
        outcome,
        writeStdin: () => Promise.resolve(),
        closeStdin: () => undefined,
        resize: () => undefined,
        signal: () => undefined,
        end: () => undefined,
      };
    },
  };
}

test(
  `${AGENTS} agents are connected at once, and each gets its own commands`,
  { timeout: 120_000 },
  async () => {
    // What is opened for the first command stays open: it belongs to the level.
    await call(`/v1/apps/demo/machines/${postern.machine}/exec`, { command: ['true'] });
    const level = await levelOf(postern.pid);
    const stop = new AbortController();
    const machines: string[] = [];
    const connections: Promise<ConnectionEnd>[] = [];
    let left = AGENTS;
    let welcomed = 0;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const added = (await call('/v1/apps/demo/machines', {})) as {
          machine: { id: string };
          join_token: string;
        };
        const { identity, machineId } = await joinServer(postern.url, added.join_token);
        const driver = echoDriver(machineId);
        const drivers = { of: () => driver, close: () => undefined };
        machines.push(machineId);
        connections.push(
          serveConnection(
            identity,
            createLinkKeeper({ drivers, policy: undefined, tracer: NO_TRACER }, () => performance.now()),
            { onWelcome: () => void (welcomed += 1) },
            stop.signal,
          ),
        );
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await until(() => welcomed >= AGENTS);
    const listed = (await call('/v1/apps/demo/machines')) as { id: string; state: string }[];
    const started = new Set(listed.filter(({ state }) => state === 'started').map(({ id }) => id));
    expect(machines.every((id) => started.has(id))).toBe(true);
    for (let at = 0; at < AGENTS; at += 50) {
      const answers = await Promise.all(
        machines
          .slice(at, at + 50)
          .map((id) => call(`/v1/apps/demo/machines/${id}/exec`, { command: ['who'] })),
      );
      for (const [index, answer] of answers.entries()) {
        expect(answer).toMatchObject({ exit_code: 0, stdout: machines[at + index] });
      }
    }
    stop.abort();
    await Promise.all(connections);
    await expectLevel('server', postern.pid, level, AGENTS * LINK_BYTES);
    const gone = (await call('/v1/apps/demo/machines')) as { id: string; state: string }[];
    const states = new Map(gone.map(({ id, state }) => [id, state]));
    expect(new Set(machines.map((id) => states.get(id)))).toEqual(new Set(['unreachable']));
    const answering = {
      call: async (path: string, body?: object) => ({
        status: 0,
        body: (await call(path, body)) as Answer['body'],
      }),
    };
    const records = (await pages(answering, '/v1/apps/demo/execs?', 'execs')) as ExecResource[];
    expect(records).toHaveLength(AGENTS + 1);
    for (const record of records)
      expect(record).toMatchObject({ state: 'done', reason: 'exited', exit_code: 0 });
    await expectAudited(answering, records);
  },
);

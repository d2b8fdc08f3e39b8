/** Mints, revokes and execs at random, and what of them was acknowledged. */
import type { Installation } from '../e2e/installation.ts';

export interface Known {
  readonly id: string;
  readonly token: string;
  /** `maybe`: the server was killed before it answered. */
  revoked: 'no' | 'yes' | 'maybe';
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface Load {
  /** Every token whose mint was acknowledged. */
  readonly known: Known[];
  /** Ids of execs whose answer has come. */
  readonly executed: Set<string>;
  /** What was acknowledged and turned out not to be so. */
  readonly losses: string[];
  call(method: string, path: string, authorization: string, body?: unknown): Promise<Answer>;
  execPath(): string;
  /** Sends requests until the server is gone. */
  run(dead: () => boolean): Promise<void>;
  summary(): string;
}

/** @param mark of the commands that run long, so that they are found among all processes. */
export function createLoad(postern: Installation, random: () => number, mark: string): Load {
  const known: Known[] = [];
  const executed = new Set<string>();
  const losses: string[] = [];
  let revokes = 0;
  const anyToken = (): Known | undefined => known[Math.floor(random() * known.length)];

  const call: Load['call'] = async (method, path, authorization, body) => {
    const response = await fetch(postern.url + path, {
      method,
      headers: { authorization: `Bearer ${authorization}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const execPath = (): string => `/v1/apps/demo/machines/${postern.machine}/exec`;

  const mint = async (): Promise<void> => {
    const { status, body } = await call('POST', '/v1/apps/demo/tokens', postern.session(), {
      commands: [
        { args: ['true'], exact: true },
        { args: ['sleep', mark], exact: true },
      ],
    });
    if (status !== 201) throw new Error(`mint answered ${status}`);
    known.push({ id: (body['record'] as { id: string }).id, token: String(body['token']), revoked: 'no' });
  };

  const revoke = async (): Promise<void> => {
    const target = anyToken();
    if (target === undefined || target.revoked === 'yes') return;
    target.revoked = 'maybe';
    const { status } = await call('POST', `/v1/tokens/${target.id}/revoke`, postern.session(), {});
    if (status !== 200) throw new Error(`revoke answered ${status}`);
    target.revoked = 'yes';
    revokes += 1;
  };

  const exec = async (): Promise<void> => {
    const target = anyToken();
    if (target === undefined) return;
    const before = target.revoked;
    const { status, body } = await call(
      'POST',
      execPath(),
      target.token,
      random() < 0.2 ? { command: ['sleep', mark], timeout: 600 } : { command: ['true'] },
    );
    if (before === 'yes' && status === 200) losses.push(`revoked token ${target.id} ran a command`);
    if (before === 'no' && target.revoked === 'no' && status !== 200)
      losses.push(`live token ${target.id} was refused: ${status} ${String(body['error'])}`);
    if (status === 200) executed.add(String(body['exec_id']));
  };

  return {
    known,
    executed,
    losses,
    call,
    execPath,
    async run(dead) {
      while (!dead()) {
        const dice = random();
        try {
          await (dice < 0.4 ? mint() : dice < 0.6 ? revoke() : exec());
        } catch (error) {
          // The server was killed under the request: nothing was acknowledged.
          if (error instanceof TypeError) return;
          if (!dead()) losses.push(String(error));
        }
      }
    },
    summary: () => `${known.length} mints, ${revokes} revokes, ${executed.size} execs acknowledged`,
  };
}

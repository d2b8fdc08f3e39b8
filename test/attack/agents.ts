/** Somebody who says to be an agent, and an agent that lies. */
import { AGENT_LINK_PATH, encodeControl, EXEC_SUBPROTOCOL } from '@postern/contract';
import { createAgentKey, proveAgent } from '@postern/exec';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../e2e/installation.ts';
import type { AttackCase, AttackClass } from './attack-case.ts';
import type { Answer, Ground } from './ground.ts';

interface Enrolled {
  readonly agentId: string;
  readonly privateKey: string;
  readonly machine: string;
}

interface Link {
  readonly socket: WebSocket;
  readonly challenge: string;
  /** What the server has sent behind the challenge. */
  readonly said: Record<string, unknown>[];
  /** Frames of execs, as they came. */
  readonly frames: Buffer[];
  /** The code the server closes with. */
  readonly closed: Promise<number>;
}

let count = 0;

/** A machine of the owner's whose agent is the attacker. */
async function enrol(ground: Ground): Promise<Enrolled> {
  const key = createAgentKey();
  count += 1;
  const owner = ground.postern.session();
  const added = await ground.call(owner, 'POST', '/v1/apps/demo/machines', { name: `lies-${count}` });
  const joined = await ground.call('', 'POST', '/v1/agents/join', {
    join_token: added.body['join_token'],
    public_key: Buffer.from(key.publicKey).toString('base64url'),
  });
  expect(joined.status, joined.text).toBe(201);
  return {
    agentId: String(joined.body['agent_id']),
    machine: String(joined.body['machine_id']),
    privateKey: key.privateKey,
  };
}

async function open(ground: Ground): Promise<Link> {
  const socket = new WebSocket(ground.postern.url.replace('http', 'ws') + AGENT_LINK_PATH);
  const said: Record<string, unknown>[] = [];
  const frames: Buffer[] = [];
  socket.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('message', (data: Buffer, binary) => {
    if (binary) frames.push(data);
    else said.push(JSON.parse(data.toString()) as Record<string, unknown>);
  });
  await until(() => said.length > 0);
  return { socket, challenge: String(said.shift()?.['challenge']), said, frames, closed };
}

const proof = (agentId: string, signature: string, more: object = {}): string =>
  JSON.stringify({ type: 'proof', agent_id: agentId, proof: signature, ...more });

/** An agent that is who it says. */
async function connect(ground: Ground, { agentId, privateKey }: Enrolled): Promise<Link> {
  const link = await open(ground);
  link.socket.send(proof(agentId, proveAgent(privateKey, agentId, link.challenge)));
  await until(() => link.said.some(({ type }) => type === 'welcome'));
  return link;
}

const runOn = (ground: Ground, machine: string): Promise<Answer> =>
  ground.call(ground.postern.session(), 'POST', `/v1/apps/demo/machines/${machine}/exec`, {
    command: ['secret', 'words'],
    timeout: 5,
  });

const message = (kind: number, stream: number, payload: string | Uint8Array = ''): Buffer => {
  const head = Buffer.alloc(5);
  head[0] = kind;
  head.writeUInt32BE(stream, 1);
  return Buffer.concat([head, Buffer.from(payload)]);
};

type Attempt = (link: Link, own: Enrolled, ground: Ground) => string | Promise<string>;

/** First words that must not open a link. */
const UNPROVEN: readonly (readonly [tried: string, write: Attempt, why: string])[] = [
  [
    'a proof of another connection’s challenge',
    async (_link, own, ground) => {
      const other = await open(ground);
      other.socket.terminate();
      return proof(own.agentId, proveAgent(own.privateKey, own.agentId, other.challenge));
    },
    'a recorded proof would open links for ever',
  ],
  [
    'a proof with the key of another agent',
    (link, own) => proof(own.agentId, proveAgent(createAgentKey().privateKey, own.agentId, link.challenge)),
    'the key that was enrolled decides',
  ],
  [
    'an own proof under the name of the server’s embedded agent',
    async (link, own, ground) => {
      const { readFile } = await import('node:fs/promises');
      const text = await readFile(`${ground.postern.dataDir}/agent.json`, 'utf8');
      const victim = /agt_[a-z2-7]+/.exec(text)?.[0] ?? '';
      expect(victim).not.toBe('');
      return proof(victim, proveAgent(own.privateKey, victim, link.challenge));
    },
    'it would be sent the commands of the first machine',
  ],
  [
    'a proof signed for another name',
    (link, own) => proof(own.agentId, proveAgent(own.privateKey, 'agt_aaaaaaaaaaaaaaaa', link.challenge)),
    'the name is signed too',
  ],
  [
    'an agent nobody knows',
    (link, own) =>
      proof('agt_aaaaaaaaaaaaaaaa', proveAgent(own.privateKey, 'agt_aaaaaaaaaaaaaaaa', link.challenge)),
    'no record, no link',
  ],
  ['an empty proof', (_link, own) => proof(own.agentId, ''), 'nothing is no signature'],
  [
    'a proof of zeros',
    (_link, own) => proof(own.agentId, Buffer.alloc(64).toString('base64url')),
    'small-order points',
  ],
  [
    'a proof with a field more',
    (link, own) =>
      proof(own.agentId, proveAgent(own.privateKey, own.agentId, link.challenge), { admin: true }),
    'what is not understood is not passed over',
  ],
  ['no JSON', () => '{', 'bytes are parsed'],
  ['JSON of another type', () => '[]', 'bytes are parsed'],
  ['a welcome', () => '{"type":"welcome","machines":[]}', 'only the server welcomes'],
  ['half a megabyte of name', () => proof('a'.repeat(500_000), ''), 'names have a length'],
];

const unproven: AttackCase<Ground>[] = UNPROVEN.map(([tried, write, why]) => ({
  tried: `a link opened with ${tried}`,
  must: 'closed with 1008; no welcome',
  why,
  run: async (ground) => {
    const own = await enrol(ground);
    const link = await open(ground);
    link.socket.send(await write(link, own, ground));
    expect(await link.closed).toBe(1008);
    expect(link.said).toEqual([]);
    await ground.expectAlive();
  },
}));

/** What a proven agent may send that must end its link, and nothing else. */
const UNREADABLE: readonly (readonly [tried: string, bytes: Buffer | string, why: string])[] = [
  ['a kind nobody knows', message(99, 1), 'unknown is refused'],
  ['a message cut off', Buffer.from([16, 0]), 'a message has a head'],
  ['nothing', Buffer.alloc(0), 'a message has a head'],
  ['text behind the proof', 'hello', 'what follows is binary'],
  ['an order, which only the server sends', message(1, 1, '{}'), 'agents are told, they do not tell'],
  ['a report that is no JSON', message(20, 0, '{'), 'bytes are parsed'],
  [
    'a report of a hundred thousand machines',
    message(20, 0, `{"machines":[${'1,'.repeat(100_000)}1]}`),
    'lists have a length',
  ],
  ['an answer nobody asked for that cannot be read', message(19, 7, '{"ok":"yes"}'), 'bytes are parsed'],
  ['more than a megabyte', message(16, 1, Buffer.alloc(1_100_000)), 'messages have a length'],
];

const unreadable: AttackCase<Ground>[] = UNREADABLE.map(([tried, bytes, why]) => ({
  tried: `an agent that sends ${tried}`,
  must: 'its link is closed; others go on',
  why,
  run: async (ground) => {
    const own = await enrol(ground);
    const link = await connect(ground, own);
    // There must be something on the link for what it says to be about.
    const ran = runOn(ground, own.machine);
    await until(() => link.frames.length > 0);
    link.socket.send(bytes);
    expect([1002, 1009]).toContain(await link.closed);
    expect([412, 500]).toContain((await ran).status);
    const near = await ground.exec(ground.postern.session(), { command: ['true'] });
    expect(near.body).toMatchObject({ exit_code: 0 });
  },
}));

const others: AttackCase<Ground>[] = [
  {
    tried: 'a proof sent twice on one connection',
    must: 'the second closes it',
    why: 'a link is opened once',
    run: async (ground) => {
      const own = await enrol(ground);
      const link = await open(ground);
      const text = proof(own.agentId, proveAgent(own.privateKey, own.agentId, link.challenge));
      link.socket.send(text);
      link.socket.send(text);
      expect(await link.closed).toBe(1002);
    },
  },
  {
    tried: 'output before a proof',
    must: 'closed',
    why: 'nobody is believed before they have proven who they are',
    run: async (ground) => {
      const link = await open(ground);
      link.socket.send(message(16, 1, 'x'));
      expect(await link.closed).toBe(1002);
    },
  },
  {
    tried: 'the link of another agent, taken over by its session',
    must: 'a new link of its own; nothing of the other',
    why: 'what to go on with is looked up under the agent that has proven itself',
    run: async (ground) => {
      const victim = await enrol(ground);
      const theirs = await connect(ground, victim);
      const { session } = (theirs.said[0]?.['link'] ?? {}) as { session?: string };
      expect(session).toMatch(/.{20}/);
      const own = await enrol(ground);
      const link = await open(ground);
      link.socket.send(
        proof(own.agentId, proveAgent(own.privateKey, own.agentId, link.challenge), {
          resume: { session, received: 0 },
        }),
      );
      await until(() => link.said.length > 0);
      expect(link.said[0]).toMatchObject({ link: { resumed: false }, machines: [{ id: own.machine }] });
      expect(theirs.socket.readyState).toBe(WebSocket.OPEN);
      link.socket.terminate();
      theirs.socket.terminate();
    },
  },
  {
    tried: 'an agent that answers for streams of others, before and after they are there',
    must: 'its words are dropped: the command of the other agent has its own output and end',
    why: 'streams are numbered for each link',
    run: async (ground) => {
      const link = await connect(ground, await enrol(ground));
      const outcome = JSON.stringify({
        reason: 'exited',
        exitCode: 0,
        exitSignal: null,
        durationMs: 0,
        stdoutBytes: 0,
        stderrBytes: 0,
        stdoutTruncated: false,
        stderrTruncated: false,
        message: null,
      });
      const lie = (): void => {
        for (let stream = 0; stream < 50; stream += 1) {
          link.socket.send(message(16, stream, 'lies'));
          link.socket.send(message(18, stream, outcome));
        }
      };
      lie();
      const ran = ground.exec(ground.postern.session(), {
        command: ['sh', '-c', 'sleep 0.2; echo truth; exit 3'],
      });
      lie();
      expect((await ran).body).toMatchObject({ exit_code: 3, stdout: 'truth\n' });
      link.socket.terminate();
    },
  },
  {
    tried: 'an agent that reports the machines of another as stopped',
    must: 'they stay what they are, and run commands',
    why: 'an agent speaks of its own machines alone',
    run: async (ground) => {
      const link = await connect(ground, await enrol(ground));
      const machines = [{ id: ground.postern.machine, state: 'stopped', features: [] }];
      link.socket.send(message(20, 0, JSON.stringify({ machines })));
      const own = [{ id: 'own', state: 'stopped', features: ['\u001B[2J<script>'] }];
      link.socket.send(message(20, 0, JSON.stringify({ machines: own })));
      const shown = await ground.call(
        ground.postern.session(),
        'GET',
        ground.execPath.replace(/\/exec$/, ''),
      );
      expect(shown.body).toMatchObject({ state: 'started' });
      const near = await ground.exec(ground.postern.session(), { command: ['true'] });
      expect(near.body).toMatchObject({ exit_code: 0 });
      link.socket.terminate();
    },
  },
  {
    tried: 'an agent that sends more output than it was given credit for',
    must: 'its link is closed; the command ends as connection-lost',
    why: 'memory of the server is not the agent’s to fill',
    run: async (ground) => {
      const own = await enrol(ground);
      const link = await connect(ground, own);
      // A caller that reads nothing: no credit comes back.
      const path = `/v1/apps/demo/machines/${own.machine}/exec`;
      const caller = new WebSocket(ground.postern.url.replace('http', 'ws') + path, EXEC_SUBPROTOCOL, {
        headers: { authorization: `Bearer ${ground.postern.session()}` },
      });
      caller.on('error', () => undefined);
      await new Promise((resolve) => caller.on('open', resolve));
      caller.send(encodeControl({ type: 'start', request: { command: ['yes'] }, stdin: false, tty: null }));
      await until(() => link.frames.length > 0);
      caller.pause();
      const stream = link.frames[0]?.readUInt32BE(1) ?? 0;
      const frame = message(16, stream, Buffer.alloc(60_000));
      for (let sent = 0; link.socket.readyState === WebSocket.OPEN && sent < 2000; sent += 1)
        await new Promise<unknown>((resolve) => link.socket.send(frame, resolve));
      expect(await link.closed).toBe(1002);
      caller.terminate();
      await ground.expectAlive();
    },
  },
  {
    tried: 'the agent of a machine that was removed',
    must: 'it connects to nothing: no machine is its, no command comes',
    why: 'removing a machine ends what its agent may do',
    run: async (ground) => {
      const own = await enrol(ground);
      const path = `/v1/apps/demo/machines/${own.machine}`;
      expect((await ground.call(ground.postern.session(), 'DELETE', path)).status).toBe(200);
      const link = await connect(ground, own);
      expect(link.said[0]).toMatchObject({ machines: [] });
      expect((await runOn(ground, own.machine)).status).toBe(404);
      expect(link.frames).toEqual([]);
      link.socket.terminate();
    },
  },
  {
    tried: 'a public key of the wrong length, of small order, and in two spellings',
    must: '400, or an agent whose key signs nothing',
    why: 'Ed25519 keys of small order verify anything, in careless libraries',
    run: async (ground) => {
      const owner = ground.postern.session();
      for (const key of [
        '',
        'A',
        'A'.repeat(42),
        'A'.repeat(44),
        `${'A'.repeat(42)}=`,
        `${'A'.repeat(42)}+`,
      ]) {
        const joined = await ground.call('', 'POST', '/v1/agents/join', {
          join_token: 'join_x',
          public_key: key,
        });
        expect(joined.status, key).toBe(400);
      }
      const added = await ground.call(owner, 'POST', '/v1/apps/demo/machines', { name: 'small-order' });
      const identity = Buffer.alloc(32);
      identity[0] = 1;
      const joined = await ground.call('', 'POST', '/v1/agents/join', {
        join_token: added.body['join_token'],
        public_key: identity.toString('base64url'),
      });
      const agentId = String(joined.body['agent_id']);
      for (const signature of [Buffer.concat([identity, Buffer.alloc(32)]), Buffer.alloc(64)]) {
        const link = await open(ground);
        link.socket.send(proof(agentId, signature.toString('base64url')));
        // Whoever enrols such a key has given their own machine away, and nobody else's.
        await Promise.race([link.closed, until(() => link.said.length > 0)]);
        for (const { machines } of link.said)
          expect(machines).toMatchObject([{ id: joined.body['machine_id'] }]);
        link.socket.terminate();
      }
    },
  },
];

export const agents: AttackClass<Ground> = {
  name: 'Agents that are none, and agents that lie',
  about: 'whoever reaches the address agents dial, and whoever is root on one machine',
  cases: [...unproven, ...unreadable, ...others],
};

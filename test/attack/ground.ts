/**
 * The ground attacks are tried on: a real server with a real agent, tokens for single rules, and a witness, a program
 * that writes down with which words it was run. What leaves no trace has not run.
 */
import {
  CHANNEL,
  decodeFrame,
  encodeControl,
  EXEC_SUBPROTOCOL,
  joinShellWords,
  type CallerControl,
} from '@postern/contract';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { install, type Installation } from '../e2e/installation.ts';

export interface Rule {
  readonly args: readonly string[];
  readonly exact: boolean;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

export interface Ground {
  readonly postern: Installation;
  readonly port: number;
  readonly execPath: string;
  /** A directory of its own. */
  readonly directory: string;
  /** Path of the witness: the word `WITNESS` in rules and commands stands for it. */
  readonly witness: string;
  /** Calls the server as a credential, as nobody when it is empty. */
  call(
    credential: string,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** A token for one rule, or for whatever the body of a mint says. */
  token(rule: Rule | Readonly<Record<string, unknown>>): Promise<string>;
  /** Runs by one HTTP request. */
  exec(credential: string, body: unknown): Promise<Answer>;
  /** Runs by a WebSocket; the last control frame, or the status when none was opened. */
  stream(
    credential: string,
    start: Omit<Extract<CallerControl, { type: 'start' }>, 'type'>,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** The words the witness was run with since it was last asked, its own name excluded, one list for each run. */
  runs(): string[][];
  /** The server answers still. */
  expectAlive(): Promise<void>;
  remove(): Promise<void>;
}

export const WITNESS = 'WITNESS';

export async function openGround(args: readonly string[] = []): Promise<Ground> {
  const postern = await install(args);
  const directory = mkdtempSync(join(tmpdir(), 'postern-attack-'));
  const witness = join(directory, 'witness');
  writeFileSync(
    witness,
    `#!/bin/sh\ncat /proc/$$/cmdline > ${directory}/part.$$ && mv ${directory}/part.$$ ${directory}/ran.$$\n`,
  );
  chmodSync(witness, 0o755);
  const tokens = new Map<string, string>();
  const execPath = `/v1/apps/demo/machines/${postern.machine}/exec`;

  const call: Ground['call'] = async (credential, method, path, body, headers) => {
    const response = await fetch(postern.url + path, {
      method,
      headers: {
        ...(credential === '' ? {} : { authorization: `Bearer ${credential}` }),
        'content-type': 'application/json',
        ...headers,
      },
      ...(method === 'GET' || body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: readJson(text), headers: response.headers };
  };

  const here = (word: string): string => word.replaceAll(WITNESS, witness);

  return {
    postern,
    directory,
    witness,
    execPath,
    get port() {
      return Number(new URL(postern.url).port);
    },
    call,
    async token(asked) {
      const key = JSON.stringify(asked);
      const known = tokens.get(key);
      if (known !== undefined) return known;
      const body = 'args' in asked ? { commands: [asked] } : asked;
      const minted = await call(
        postern.session(),
        'POST',
        '/v1/apps/demo/tokens',
        here(JSON.stringify(body)),
      );
      expect(minted.status, minted.text).toBe(201);
      const token = String(minted.body['token']);
      tokens.set(key, token);
      return token;
    },
    exec: (credential, body) =>
      call(credential, 'POST', execPath, typeof body === 'string' ? here(body) : here(JSON.stringify(body))),
    stream(credential, start) {
      const socket = new WebSocket(postern.url.replace('http', 'ws') + execPath, EXEC_SUBPROTOCOL, {
        headers: { authorization: `Bearer ${credential}` },
      });
      let last: Record<string, unknown> = {};
      socket.on('open', () => socket.send(encodeControl(readStart(here(JSON.stringify(start))))));
      socket.on('message', (data: Buffer) => {
        const { channel, payload } = decodeFrame(data);
        if (channel === CHANNEL.control) last = readJson(Buffer.from(payload).toString());
      });
      return new Promise((resolve) => {
        socket.on('unexpected-response', (_request, response) =>
          resolve({ http_status: response.statusCode }),
        );
        socket.on('close', () => resolve(last));
        socket.on('error', () => undefined);
      });
    },
    runs() {
      const files = readdirSync(directory).filter((name) => name.startsWith('ran.'));
      return files.map((name) => {
        // The kernel has put the interpreter before the words, and ends each with a NUL byte.
        const words = readFileSync(join(directory, name), 'utf8').split('\0').slice(2, -1);
        rmSync(join(directory, name));
        return words;
      });
    },
    async expectAlive() {
      expect((await fetch(`${postern.url}/healthz`)).status).toBe(200);
    },
    async remove() {
      await postern.remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function readJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function readStart(text: string): Extract<CallerControl, { type: 'start' }> {
  const value = readJson(text) as Omit<Extract<CallerControl, { type: 'start' }>, 'type'>;
  return { ...value, type: 'start' };
}

export const exactly = (...args: string[]): Rule => ({ args, exact: true });
export const startingWith = (...args: string[]): Rule => ({ args, exact: false });

/**
 * The token of a rule must not run these words, whatever way they come: as an argv, as a line that a client has
 * quoted, as lines, or over a WebSocket.
 */
export async function expectRefused(ground: Ground, rule: Rule, command: readonly string[]): Promise<void> {
  const token = await ground.token(rule);
  const line = joinShellWords(command);
  for (const body of [{ command }, { cmd: line }]) {
    const answer = await ground.exec(token, body);
    expect({ status: answer.status, code: answer.body['code'] }, answer.text).toEqual({
      status: 403,
      code: 'not_allowed',
    });
  }
  const last = await ground.stream(token, { request: { command: [...command] }, stdin: false, tty: null });
  expect(last).toMatchObject({ type: 'error', http_status: 403, body: { code: 'not_allowed' } });
  expect(ground.runs()).toEqual([]);
}

/** The witness must be run once, with exactly these words behind its name, over HTTP and over a WebSocket. */
export async function expectRuns(
  ground: Ground,
  rule: Rule,
  request: { readonly command: string[] } | { readonly cmd: string },
  words: readonly string[],
): Promise<void> {
  const token = await ground.token(rule);
  const answer = await ground.exec(token, request);
  expect(answer.body, answer.text).toMatchObject({ exit_code: 0 });
  expect(ground.runs()).toEqual([words]);
  const last = await ground.stream(token, { request, stdin: false, tty: null });
  expect(last).toMatchObject({ type: 'outcome', outcome: { exitCode: 0 } });
  expect(ground.runs()).toEqual([words]);
}

/** Nothing is decided about what cannot be read: an error of the request, and nothing runs. */
export async function expectUnreadable(
  ground: Ground,
  body: unknown,
  code: 'bad_request' | 'invalid_command' = 'invalid_command',
): Promise<void> {
  const answer = await ground.exec(await ground.token(startingWith(WITNESS)), body);
  expect({ status: answer.status, code: answer.body['code'] }, answer.text).toEqual({ status: 400, code });
  expect(ground.runs()).toEqual([]);
}

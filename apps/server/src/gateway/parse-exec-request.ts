/**
 * Step 2 of the life of an exec: the request becomes one argv. From here on nothing rewrites it; the argv that is
 * authorized is the argv that runs.
 */
import {
  EXEC_LIMITS,
  LIMITS,
  PosternError,
  splitShellWords,
  type InputOf,
  type Operations,
} from '@postern/contract';

export type ExecBody = InputOf<Operations['runExec']>['body'];

/** What a caller asks for, parsed and bounded, not yet allowed. */
export interface ExecAsk {
  readonly argv: readonly string[];
  readonly stdin: Uint8Array | undefined;
  readonly timeoutMs: number;
  readonly cwd: string | undefined;
  readonly user: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly detach: boolean;
}

/**
 * @param body the parsed request body.
 * @throws PosternError `invalid_command` or `bad_request`, saying what to send instead.
 */
export function parseExecRequest(body: ExecBody): ExecAsk {
  if (body.container !== undefined && body.machine === true) {
    throw new PosternError('bad_request', 'container and machine exclude each other');
  }
  if (body.container !== undefined) {
    throw new PosternError(
      'feature_unsupported',
      'a machine here is one container or one host: container cannot be chosen',
      {
        hint: 'leave container out and name the machine that is the container',
      },
    );
  }
  return {
    argv: parseArgv(body.cmd, body.command),
    stdin: parseStdin(body.stdin, body.stdin_encoding),
    timeoutMs: parseTimeout(body.timeout),
    cwd: parseCwd(body.cwd),
    user: parseUser(body.user),
    env: parseEnv(body.env ?? {}),
    detach: body.detach ?? false,
  };
}

/** @param key the header of it; null when there is none. */
export function parseIdempotencyKey(key: string | null): string | null {
  if (key !== null && (key === '' || key.length > LIMITS.idempotencyKeyChars)) {
    throw new PosternError(
      'bad_request',
      `an idempotency key has 1 to ${LIMITS.idempotencyKeyChars} characters`,
    );
  }
  return key;
}

/** Exactly one of a command line and an argv; the line is split, never given to a shell. */
export function parseArgv(
  cmd: string | undefined,
  command: readonly string[] | undefined,
): readonly string[] {
  if (cmd !== undefined && command !== undefined) {
    throw new PosternError('invalid_command', 'send either cmd or command, not both');
  }
  if (cmd === undefined && command === undefined) {
    throw new PosternError(
      'invalid_command',
      'no command: send {"cmd": "uname -a"} or {"command": ["uname", "-a"]}',
    );
  }
  const argv = command ?? splitShellWords(cmd ?? '');
  const [program] = argv;
  if (program === undefined) throw new PosternError('invalid_command', 'the command is empty');
  if (program.trim() === '')
    throw new PosternError('invalid_command', 'the first word of the command is blank');
  // What an agent would refuse to read must not reach it: others run commands over the same link.
  if (argv.length > EXEC_LIMITS.argvWords) {
    throw new PosternError('invalid_command', `the command has more than ${EXEC_LIMITS.argvWords} words`);
  }
  let bytes = 0;
  for (const [index, word] of argv.entries()) {
    if (word.includes('\0'))
      throw new PosternError('invalid_command', `word ${index + 1} of the command holds a NUL byte`);
    // A lone surrogate has no UTF-8 form: it would run as something else than was authorized.
    if (!word.isWellFormed()) {
      throw new PosternError(
        'invalid_command',
        `word ${index + 1} of the command is not well-formed Unicode`,
      );
    }
    bytes += Buffer.byteLength(word) + 1;
  }
  if (bytes > LIMITS.commandLineBytes) {
    throw new PosternError('invalid_command', `the command is longer than ${LIMITS.commandLineBytes} bytes`);
  }
  return Object.freeze([...argv]);
}

function parseStdin(
  text: string | undefined,
  encoding: 'utf8' | 'base64' | undefined,
): Uint8Array | undefined {
  if (text === undefined || text === '') return undefined;
  if (encoding !== 'base64') {
    if (!text.isWellFormed())
      throw new PosternError('bad_request', 'stdin is not well-formed Unicode; send it as base64');
    return Buffer.from(text, 'utf8');
  }
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text)
    throw new PosternError('bad_request', 'stdin is not standard base64 with padding');
  return bytes;
}

function parseTimeout(seconds: number | undefined): number {
  if (seconds === undefined || seconds === 0) return LIMITS.execDefaultTimeoutSeconds * 1000;
  if (!(seconds > 0) || seconds > LIMITS.execMaxTimeoutSeconds) {
    throw new PosternError(
      'bad_request',
      `timeout is in seconds, more than 0 and at most ${LIMITS.execMaxTimeoutSeconds}`,
    );
  }
  return Math.ceil(seconds * 1000);
}

function parseCwd(cwd: string | undefined): string | undefined {
  if (cwd === undefined) return undefined;
  if (!cwd.startsWith('/') || !isPlain(cwd) || Buffer.byteLength(cwd) > EXEC_LIMITS.cwdBytes) {
    throw new PosternError('bad_request', `cwd is an absolute path of at most ${EXEC_LIMITS.cwdBytes} bytes`);
  }
  return cwd;
}

function parseUser(user: string | undefined): string | undefined {
  if (user !== undefined && (user.trim() === '' || !isPlain(user))) {
    throw new PosternError('bad_request', 'user is the name of an account');
  }
  return user;
}

function isPlain(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function parseEnv(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const variables = Object.entries(env);
  if (variables.length > EXEC_LIMITS.envVariables) {
    throw new PosternError('bad_request', `more than ${EXEC_LIMITS.envVariables} environment variables`);
  }
  let bytes = 0;
  for (const [name, value] of variables) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new PosternError(
        'bad_request',
        `${JSON.stringify(name)} is not the name of an environment variable`,
      );
    }
    if (!isPlain(value)) {
      throw new PosternError(
        'bad_request',
        `the value of ${name} holds a NUL byte or is not well-formed Unicode`,
      );
    }
    bytes += name.length + Buffer.byteLength(value) + 2;
  }
  if (bytes > EXEC_LIMITS.envBytes) {
    throw new PosternError('bad_request', `the environment is longer than ${EXEC_LIMITS.envBytes} bytes`);
  }
  return env;
}

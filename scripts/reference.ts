/**
 * Writes the pages of docs/reference that are made from code: HTTP operations, errors, limits, configuration.
 * `node scripts/reference.ts` writes them; test/docs/reference.test.ts says whether they are in step.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeOperation, operations, type Operation } from '../packages/contract/src/index.ts';
import { ERRORS, type ErrorCode } from '../packages/contract/src/errors.ts';

const ROOT = resolve(import.meta.dirname, '..');

const WHO: Readonly<Record<Operation['auth'], string>> = {
  none: 'anybody',
  session: 'a signed-in person',
  access: 'a signed-in person, or a token that allows it',
  token: 'any token or session that verifies',
};

/** What each code says, and what helps. */
const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  bad_request: 'the request has the wrong form; the message names the place',
  invalid_command: 'the command is empty, blank, or cannot be split into words',
  body_too_large: 'the body is over its limit',
  feature_unsupported: 'the machine cannot do what was asked (a terminal, another user, …)',
  unauthenticated: 'nothing was presented; send a token or sign in',
  session_invalid: 'the session is unknown, ended or expired; sign in again',
  login_failed: 'the one-time link is unknown, used or expired; make a new one',
  token_malformed: 'the token cannot be read; copy the whole of it',
  token_wrong_location: 'the token belongs to another service',
  token_unknown_key: 'the token was signed with a key this server does not have, or has retired',
  token_invalid: 'the signature does not hold, or the token has no record here',
  token_revoked: 'the token is revoked; ask for a new one',
  token_expired: 'the token is expired; ask for a new one',
  not_allowed: 'the token does not allow it; the message says what it would allow',
  session_required: 'only a signed-in person may do this; a scoped token manages nothing',
  policy_refused: 'a rule of the organization or the machine forbids it',
  origin_refused: 'the request came from a page of another site',
  route_not_found: 'there is nothing at this address',
  organization_not_found: 'there is no such organization, or you are no member',
  app_not_found: 'there is no such app, or it is not yours',
  machine_not_found: 'there is no such machine in the app',
  token_not_found: 'there is no such token, or it is not yours',
  exec_not_found: 'there is no such exec, or it is not yours',
  user_not_found: 'there is no such person',
  key_not_found: 'there is no such signing key',
  lease_not_found: 'the machine has no lease, or another one',
  login_not_found: 'the login of a terminal is unknown or over',
  method_not_allowed: 'the address is right, the method is not',
  exec_timed_out: 'the command ran longer than its time and was ended; what it printed is in `details`',
  wait_timed_out: 'the machine did not reach the state in time',
  conflict: 'something else changed in between; look again and repeat',
  lease_held: 'somebody else holds the lease of the machine',
  machine_not_started: 'the machine has no agent yet, or is stopped',
  machine_unreachable: 'the agent of the machine is not connected',
  name_taken: 'the name is taken',
  machine_busy: 'too many commands run on the machine or with the token',
  rate_limited: 'too many wrong attempts from this address; the hint says when to try again',
  shutting_down: 'the server is stopping and starts no more commands',
  connection_lost: 'the machine was lost while the command ran; it may or may not have ended',
  start_failed: 'the machine could not start the command',
  audit_unavailable: 'the decision could not be written down, so nothing was done',
  internal: 'a fault of the server; its log has the request id',
};

const made = (title: string, source: string): string[] => [
  `# Reference: ${title}`,
  '',
  `<!-- Written by scripts/reference.ts from ${source}. -->`,
  '',
];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

function httpApi(): string {
  const lines = made('HTTP operations', 'packages/contract/src/operations');
  lines.push(
    'Every server shows this page at `/docs` and its OpenAPI document at `/v1/openapi.json`. Requests and answers are JSON,',
    'in snake_case; times are RFC 3339. Credentials go into `Authorization: Bearer …` (a session or a token, `FlyV1 fm2_…`).',
    'Errors are in [errors.md](errors.md). Commands also run over a WebSocket and as NDJSON: see',
    '[the exec protocol](../exec-protocol.md).',
    '',
  );
  const groups = Map.groupBy(
    Object.values(operations) as Operation[],
    ({ name }) => name.split('.')[0] ?? '',
  );
  for (const [group, members] of groups) {
    lines.push(`## ${group}`, '');
    for (const operation of members) lines.push(...operationSection(operation));
  }
  return lines.join('\n');
}

function operationSection(operation: Operation): string[] {
  const lines = [
    `### ${operation.name}`,
    '',
    `${operation.summary}.`,
    '',
    '```text',
    `${operation.method} ${operation.path}`,
    '```',
    '',
    `For ${WHO[operation.auth]}. Success is ${operation.status}${operation.media === undefined ? '' : `, as \`${operation.media}\``}.`,
    '',
  ];
  const { inputs, outputs } = describeOperation(operation);
  if (inputs.length > 0) lines.push('| input | in | type |', '| --- | --- | --- |');
  for (const { name, place, type } of inputs) lines.push(`| \`${name}\` | ${place} | ${cell(type)} |`);
  if (inputs.length > 0) lines.push('');
  if (outputs.length > 0) lines.push('| answer | type |', '| --- | --- |');
  for (const { name, type } of outputs) lines.push(`| \`${name}\` | ${cell(type)} |`);
  if (outputs.length > 0) lines.push('');
  return lines;
}

function errors(): string {
  return [
    ...made('errors', 'packages/contract/src/errors.ts'),
    'An error answer is one JSON object: `error` (a sentence), `code`, `hint` (what to do next, where there is something),',
    '`request_id` (look for it in the log of the server) and `details`. The exit code is that of the command line. Code to',
    'rely on: `code` and the status; sentences may change.',
    '',
    '| code | HTTP | exit | meaning |',
    '| --- | --- | --- | --- |',
    ...Object.entries(ERRORS).map(
      ([code, { status, exit }]) =>
        `| \`${code}\` | ${status} | ${exit} | ${cell(MEANINGS[code as ErrorCode])} |`,
    ),
    '',
    'A command that ran has the exit code of the command, whatever it is. 128 + n stands for signal n.',
    '',
  ].join('\n');
}

const LIMIT_TABLES: ReadonlyArray<readonly [title: string, file: string]> = [
  ['HTTP', 'packages/contract/src/limits.ts'],
  ['Commands', 'packages/contract/src/exec.ts'],
  ['Tokens', 'packages/token/src/limits.ts'],
  ['Links that are cut', 'packages/exec/src/link/resumable-channel.ts'],
  ['Kept output', 'apps/server/src/gateway/transcript.ts'],
];

async function limits(): Promise<string> {
  const lines = [
    ...made('limits', 'the limits tables of each package'),
    'What is over a limit is refused with an error that names it, or cut and said to be cut. Bytes unless it says otherwise.',
    '',
  ];
  for (const [title, file] of LIMIT_TABLES) {
    lines.push(`## ${title}`, '', `From \`${file}\`.`, '', '| limit | value | what |', '| --- | --- | --- |');
    lines.push(...(await limitRows(file)), '');
  }
  const { CONCURRENCY } = await import('../apps/server/src/gateway/gateway.ts');
  lines.push(
    '## At one time',
    '',
    '| limit | value | what |',
    '| --- | --- | --- |',
    `| \`perMachine\` | ${CONCURRENCY.perMachine} | commands on one machine |`,
    `| \`perToken\` | ${CONCURRENCY.perToken} | commands with one token |`,
    '',
  );
  return lines.join('\n');
}

/** Name and value from the table itself, the words from the comment above each. */
async function limitRows(file: string): Promise<string[]> {
  const module = (await import(`../${file}`)) as Readonly<Record<string, unknown>>;
  const [table] = Object.entries(module).flatMap(([name, value]) =>
    name.endsWith('LIMITS') && typeof value === 'object' && value !== null ? [Object.entries(value)] : [],
  );
  const text = readFileSync(join(ROOT, file), 'utf8');
  return (table ?? []).map(([name, value]) => {
    const comment =
      new RegExp(`/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:readonly )?${name}: `, 's').exec(text)?.[1] ?? '';
    const words = comment.replaceAll(/\n\s*\*/g, ' ').trim();
    return `| \`${name}\` | ${Number(value).toLocaleString('en')} | ${cell(words)} |`;
  });
}

function configuration(): string {
  const help = (program: string): string =>
    spawnSync(process.execPath, [join(ROOT, program), '--help'], { encoding: 'utf8' }).stdout.trimEnd();
  return [
    ...made('configuration', 'the help of each program'),
    'An option goes before its variable, a variable before the default.',
    '',
    '## The server',
    '',
    '```text',
    help('apps/server/src/main.ts'),
    '```',
    '',
    '`POSTERN_KEY_ENCRYPTION_KEY` (32 bytes in base64) takes the place of the key file in the data directory.',
    '`POSTERN_CONFIG_DIR` names the folder of the local owner’s credentials, `POSTERN_DASHBOARD_DIR` that of a built dashboard.',
    '',
    '## The agent',
    '',
    '```text',
    help('apps/agent/src/main.ts'),
    '```',
    '',
    '`POSTERN_AGENT_IDENTITY` names the identity file, `POSTERN_AGENT_POLICY` the policy of the machine, `POSTERN_SPAWNER` the',
    'spawner. [Machines](../machines.md) says what stands in a policy.',
    '',
    '## The command line',
    '',
    'Its flags and variables are in [cli.md](cli.md).',
    '',
  ].join('\n');
}

/** Every page that is made, by its path from the root of the repository. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    'docs/reference/http-api.md': httpApi(),
    'docs/reference/errors.md': errors(),
    'docs/reference/limits.md': await limits(),
    'docs/reference/configuration.md': configuration(),
  };
}

if (import.meta.main) {
  for (const [page, text] of Object.entries(await referencePages())) writeFileSync(join(ROOT, page), text);
}

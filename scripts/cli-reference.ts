/**
 * Writes docs/reference/cli.md from the table of commands; with `--check` only says whether it is in step.
 * Nothing in that page is written by hand.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { root } from '../apps/cli/src/commands/index.ts';
import type { AnyCommand, Group } from '../apps/cli/src/core/command.ts';
import { flagHelp, flagName, usageLine } from '../apps/cli/src/core/help.ts';
import { GLOBAL_FLAGS, type Flags } from '../apps/cli/src/core/flags.ts';
import { ERRORS, EXIT_CODES } from '../packages/contract/src/errors.ts';

const PAGE = resolve(import.meta.dirname, '../docs/reference/cli.md');

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  ok: 'it worked; for `machine exec` the command itself said 0',
  usage: 'the command line or the request is wrong; nothing was done',
  auth: 'not signed in, or the token is malformed, expired, revoked or not genuine',
  notFound: 'there is no such app, machine, token, …',
  unreachable: 'the server or the machine cannot be reached, or the connection was lost',
  internal: 'a fault of the server or of postern',
  conflict: 'the name is taken, or something else changed in between',
  busy: 'too much at once; try again later',
  refused: 'the token, a policy or the server does not allow it',
  timeout: 'it took longer than its timeout',
};

const VARIABLES: ReadonlyArray<readonly [name: string, meaning: string]> = [
  ['POSTERN_SERVER', 'address of the server; `--server` goes before it'],
  ['POSTERN_TOKEN', 'token to use instead of the session; set but empty is an error; `-t` goes before it'],
  ['POSTERN_CONTEXT', 'name of the signed-in server to use; `--context` goes before it'],
  ['POSTERN_APP', 'name of the app; `-a` goes before it'],
  ['POSTERN_ORG', 'slug of the organization; `-o` goes before it'],
  ['POSTERN_CONFIG_DIR', 'folder of `credentials.json`; default `postern` in the XDG configuration folder'],
  ['NO_COLOR', 'set to anything: no colour'],
  ['CLICOLOR_FORCE', 'set to anything but 0: colour also where there is no terminal'],
  ['NODE_EXTRA_CA_CERTS', 'file with certificate authorities to trust besides the usual ones'],
  ['BROWSER', 'program that `auth login` opens addresses with'],
];

/** The whole page. */
export async function cliReference(): Promise<string> {
  const sections = await groupSections('postern', root);
  return [
    '# Reference: the command line',
    '',
    '<!-- Written by scripts/cli-reference.ts; change the commands in apps/cli/src/commands instead. -->',
    '',
    'Data goes to stdout, everything else to stderr. Nouns work in singular and plural. Flags and words may mix;',
    '`--` ends flags. `--name value`, `--name=value`, `-n value`, `-nvalue` and `-n=value` all work.',
    '',
    '## Flags of every command',
    '',
    ...flagTable(GLOBAL_FLAGS),
    '',
    '## Environment',
    '',
    '| variable | meaning |',
    '| --- | --- |',
    ...VARIABLES.map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
    '',
    '## Exit codes',
    '',
    'The exit code of `machine exec` is that of the command: 0 to 255, 128 + n for signal n, 126 and 127 when it could',
    'not be started. These are the ones of postern itself:',
    '',
    '| code | when | error codes |',
    '| --- | --- | --- |',
    ...exitRows(),
    '| 130 | Ctrl-C at a question | |',
    '| 141 | the reader of stdout is gone | |',
    '',
    '## JSON',
    '',
    'With `--json` stdout is one JSON document. `version` is raised when a field changes its meaning or goes away; new',
    'fields may come at any time. A failure is one line of JSON on stderr:',
    '`{"version":1,"error":{"code":…,"message":…,"hint":…,"details":…}}`.',
    '',
    ...sections,
  ].join('\n');
}

function exitRows(): string[] {
  return Object.entries(EXIT_CODES).map(([name, code]) => {
    const codes = Object.entries(ERRORS).filter(([, row]) => row.exit === code);
    const meaning = Object.entries(EXIT_MEANINGS).find(([key]) => key === name)?.[1] ?? '';
    return `| ${code} | ${meaning} | ${codes.map(([error]) => `\`${error}\``).join(', ')} |`;
  });
}

async function groupSections(path: string, group: Group): Promise<string[]> {
  const lines: string[] = [];
  for (const [name, node] of Object.entries(group.children)) {
    if (node.hidden) continue;
    const full = `${path} ${name}`;
    const others = node.aliases.map((alias) => `\`${alias}\``).join(', ');
    if (node.kind === 'group') {
      if (path === 'postern') lines.push(`## ${full}`, '', `${node.summary}.`, '');
      if (others !== '') lines.push(`\`${name}\` may also be written ${others}.`, '');
      lines.push(...(await groupSections(full, node)));
    } else {
      lines.push(`### ${full}`, '', ...commandSection(full, await node.load()));
      if (others !== '') lines.push(`Other names: ${others}`, '');
    }
  }
  return lines;
}

function commandSection(path: string, command: AnyCommand): string[] {
  const shown = Object.values(command.flags).some((flag) => flag.hidden !== true);
  return [
    command.description,
    '',
    '```',
    usageLine(path, command),
    '```',
    '',
    ...(shown ? [...flagTable(command.flags), ''] : []),
    ...(command.examples.length === 0
      ? []
      : ['```sh', ...command.examples.flatMap(({ does, line }) => [`# ${does}`, line]), '```', '']),
    ...(command.json === undefined
      ? []
      : [
          '| JSON field | holds |',
          '| --- | --- |',
          ...Object.entries(command.json).map(([field, holds]) => `| \`${field}\` | ${cell(holds)} |`),
          '',
        ]),
  ];
}

function flagTable(flags: Flags): string[] {
  return [
    '| flag | meaning |',
    '| --- | --- |',
    ...Object.entries(flags)
      .filter(([, flag]) => flag.hidden !== true)
      .map(([key, flag]) => `| \`${flagName(key, flag).trim()}\` | ${cell(flagHelp(flag))} |`),
  ];
}

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);

if (import.meta.main) {
  const page = await cliReference();
  if (process.argv.includes('--check')) {
    const kept = await readFile(PAGE, 'utf8').catch(() => '');
    if (kept !== page) {
      console.error(
        'docs/reference/cli.md is not in step with the commands; run: node scripts/cli-reference.ts',
      );
      process.exitCode = 1;
    }
  } else {
    await writeFile(PAGE, page);
  }
}

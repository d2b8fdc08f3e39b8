/** Help text, from the same values that parse. */
import type { AnyCommand, Group } from './command.ts';
import { GLOBAL_FLAGS, longName, type Flag, type Flags } from './flags.ts';

const WIDTH = 100;
const NARROWEST = 60;

/** @param columns of the terminal, when there is one. */
export function commandHelp(path: string, command: AnyCommand, columns: number = WIDTH): string {
  const width = lineWidth(columns);
  return [
    wrap(command.description, '', width),
    '',
    'Usage:',
    `  ${usageLine(path, command)}`,
    ...flagSection('Flags:', command.flags, width),
    ...flagSection('Global flags:', GLOBAL_FLAGS, width),
    ...(command.examples.length === 0 ? [] : ['', 'Examples:']),
    ...command.examples.flatMap(({ does, line }) => [`  # ${does}`, `  $ ${line}`]),
    '',
  ].join('\n');
}

/** Longer lines are hard to read, and shorter ones have no room beside the names of flags. */
function lineWidth(columns: number): number {
  return Math.max(NARROWEST, Math.min(columns, WIDTH));
}

export function usageLine(path: string, command: AnyCommand): string {
  return [path, command.words, '[flags]'].filter((part) => part !== undefined).join(' ');
}

export function groupHelp(path: string, group: Group, columns: number = WIDTH): string {
  const most = lineWidth(columns);
  const rows = Object.entries(group.children)
    .filter(([, node]) => !node.hidden)
    .map(([name, node]) => [name, node.summary] as const);
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    wrap(group.summary, '', most),
    '',
    'Usage:',
    `  ${path} <command> [flags]`,
    '',
    'Commands:',
    ...rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`),
    ...flagSection('Global flags:', GLOBAL_FLAGS, most),
    '',
    `Help of one command: ${path} <command> --help`,
    '',
  ].join('\n');
}

function flagSection(title: string, flags: Flags, columns: number): string[] {
  const rows = Object.entries(flags)
    .filter(([, flag]) => flag.hidden !== true)
    .map(([key, flag]) => [flagName(key, flag), flagHelp(flag)] as const);
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    title,
    ...rows.map(([name, help]) => wrap(`  ${name.padEnd(width)}  ${help}`, ' '.repeat(width + 4), columns)),
  ];
}

/** `-a, --app APP`, or with the same indentation `    --server URL`. */
export function flagName(key: string, flag: Flag): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  return `${short}${longName(key)}${flag.kind === 'switch' ? '' : ` ${flag.value}`}`;
}

export function flagHelp(flag: Flag): string {
  const notes = [
    ...(flag.kind === 'list' ? ['repeatable'] : []),
    ...(flag.kind === 'text' && flag.choices !== undefined ? [`one of ${flag.choices.join(', ')}`] : []),
    ...(flag.kind === 'text' && flag.default !== undefined ? [`default ${flag.default}`] : []),
  ];
  return notes.length === 0 ? flag.help : `${flag.help} (${notes.join('; ')})`;
}

/** Breaks lines at blanks; further lines begin with `indent`. */
export function wrap(text: string, indent: string, width: number): string {
  const lead = /^ */.exec(text)?.[0] ?? '';
  const head = indent.length > lead.length ? text.slice(0, indent.length) : lead;
  const lines: string[] = [];
  let line = head;
  let empty = true;
  for (const word of text.slice(head.length).split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}

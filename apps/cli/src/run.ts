/** From arguments to exit status: find the command, read its words, run it, say what went wrong. */
import { EXIT_CODES, PosternError } from '@postern/contract/errors';
import type { ExitStatus } from './core/command.ts';
import { findCommand } from './core/find-command.ts';
import { commandHelp, groupHelp } from './core/help.ts';
import type { Io } from './core/io.ts';
import { parseWords } from './core/parse-words.ts';
import { reportError } from './output/report-error.ts';
import { root } from './commands/index.ts';

/**
 * Runs one command line.
 *
 * @param argv the words after `postern`.
 * @returns the exit status; nothing is thrown.
 */
export async function run(io: Io, argv: readonly string[]): Promise<ExitStatus> {
  let json = false;
  try {
    if (argv[0] === '--version') return await run(io, ['version', ...argv.slice(1)]);
    if (argv[0] === 'help') return await run(io, [...argv.slice(1), '--help']);
    const { node, path, words } = findCommand(root, argv);
    if (node.kind === 'group') {
      const stray = words.find((word) => !['-h', '--help', '--verbose', '--debug'].includes(word));
      const asked = words.includes('-h') || words.includes('--help');
      if (!asked && stray !== undefined) {
        throw new PosternError('bad_request', `unknown flag: ${stray}`, { hint: `see: ${path} --help` });
      }
      const help = groupHelp(path, node, helpColumns(io));
      if (asked || argv.length === 0) {
        io.stdout.write(help);
        return EXIT_CODES.ok;
      }
      io.stderr.write(help);
      return EXIT_CODES.usage;
    }
    const command = await node.load();
    // Help wins over whatever else is wrong with the line, but not inside the command to be run.
    const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
    if (own.includes('--help') || own.at(-1) === '-h' || own[0] === '-h') {
      io.stdout.write(commandHelp(path, command, helpColumns(io)));
      return EXIT_CODES.ok;
    }
    json = own.some((word) => word === '--json' || word === '-j') && 'json' in command.flags;
    const input = parseWords(path, command, words);
    if (input.flags.help) {
      io.stdout.write(commandHelp(path, command, helpColumns(io)));
      return EXIT_CODES.ok;
    }
    return (await command.run(io, input)) ?? EXIT_CODES.ok;
  } catch (error) {
    return reportError(io, error, json);
  }
}

/** Help in a pipe or a file is not cut to somebody's window. */
function helpColumns(io: Io): number | undefined {
  return io.terminal.stdout ? io.terminal.columns() : undefined;
}

/**
 * The one place where an argv becomes text: `ssh` hands a string to the login shell of the other side. Every word is
 * quoted so that a POSIX shell reads it back as it is, and `exec` makes it a program, never a builtin or a function.
 */

/** Bytes the other side's system takes as one argument of its shell. */
export const REMOTE_COMMAND_BYTES: number = 128 * 1024 - 1;

export function quoteWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

export interface RemoteCommand {
  readonly argv: readonly string[];
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
  /** Printed with the process id before the command starts, so that the driver can reach it later. */
  readonly marker: string;
  /** Where the marker goes: a terminal has no stderr. */
  readonly markerTo: 'stdout' | 'stderr';
}

export function remoteCommand({ argv, cwd, env, marker, markerTo }: RemoteCommand): string {
  const steps = [
    `printf '%s %s\\n' ${quoteWord(marker)} "$$"${markerTo === 'stderr' ? ' >&2' : ''}`,
    ...(cwd === null ? [] : [`cd -- ${quoteWord(cwd)} || exit 126`]),
    ...Object.entries(env).map(([name, value]) => `export ${name}=${quoteWord(value)}`),
    // A login shell of bash would keep the functions of its profile; exec looks for programs alone.
    `exec ${argv[0]?.startsWith('-') === true ? '-- ' : ''}${argv.map(quoteWord).join(' ')}`,
  ];
  return steps.join('; ');
}

/** A script that ends a process group: politely, then, after two seconds, for sure. It does nothing where nobody is left. */
export function endGroup(group: number): string {
  const send = (signal: string): string => `kill -s ${signal} -- -${group} 2>/dev/null`;
  return [
    `${send('TERM')} || exit 0`,
    send('CONT'),
    'for wait in 1 2',
    `do sleep 1; ${send('0')} || exit 0`,
    'done',
    send('KILL'),
  ].join('; ');
}

/** Why a command could not be started, as a shell's exit code and a clause: 127 not there, 126 cannot be run. */
export function startFailure(code: string): { readonly message: string; readonly exitCode: number } {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { message: 'the command or the interpreter it names does not exist', exitCode: 127 };
    case 'EACCES':
      return { message: 'the command may not be executed', exitCode: 126 };
    case 'ENOEXEC':
      return { message: 'the command is no program and names no interpreter', exitCode: 126 };
    case 'E2BIG':
      return { message: 'the command line is too long for the system', exitCode: 126 };
    default:
      return { message: `the command cannot be started (${code})`, exitCode: 126 };
  }
}

/** The same for the working directory. */
export function directoryFailure(code: string): { readonly message: string; readonly exitCode: number } {
  const what = code === 'EACCES' ? 'may not be entered' : 'does not exist';
  return { message: `the working directory ${what}`, exitCode: 126 };
}

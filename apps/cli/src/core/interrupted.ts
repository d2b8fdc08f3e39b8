/** The person pressed Ctrl-C or closed the input at a question. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** 128 + SIGINT, as a shell says it. */
  readonly exitStatus: number = 130;
}

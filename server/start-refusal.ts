/** A reason not to start that a person can act on. `message` is the one line shown; `exitCode` ends the process. */
export class StartRefusal extends Error {
  readonly exitCode: number;
  constructor(message: string, options: { cause?: unknown; exitCode?: number } = {}) {
    super(message, { cause: options.cause });
    this.name = "StartRefusal";
    this.exitCode = options.exitCode ?? 1;
  }
}

import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";

/** A log file that never grows beyond its bound: what is full moves to `<file>.1`, in place of the one before. */
export class BoundedLog {
  readonly #file: string;
  readonly #maxBytes: number;
  #descriptor: number;
  #size: number;

  constructor(file: string, maxBytes: number) {
    this.#file = file;
    this.#maxBytes = maxBytes;
    this.#descriptor = openSync(file, "a", 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  /** A log that cannot be written (full disk) loses lines; it never takes the process down. */
  writeLine(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.#maxBytes) this.#rotate();
      writeSync(this.#descriptor, bytes);
      this.#size += bytes.length;
    } catch {
      // lost
    }
  }

  #rotate(): void {
    closeSync(this.#descriptor);
    renameSync(this.#file, `${this.#file}.1`);
    this.#descriptor = openSync(this.#file, "a", 0o600);
    this.#size = 0;
  }
}

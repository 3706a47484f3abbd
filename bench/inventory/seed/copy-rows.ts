import { once } from "node:events";
import { finished } from "node:stream/promises";
import type pg from "pg";
import { type CopyStreamQuery, from as copyFrom } from "pg-copy-streams";

const CHUNK = 256 * 1_024;

/** Rows on their way into one table by COPY, on a connection that does nothing else meanwhile. */
export class RowCopy {
  readonly #stream: CopyStreamQuery;
  readonly #done: Promise<void>;
  #text = "";

  constructor(connection: pg.ClientBase, statement: string) {
    this.#stream = connection.query(copyFrom(statement));
    this.#done = finished(this.#stream);
    // told by end(), or by the next flush
    this.#done.catch(() => {});
  }

  /** One row: columns by tabs, and a newline. Kept until the next flush. */
  add(line: string): void {
    this.#text += line;
  }

  /** Sends what has gathered, once it is worth it, as fast as the server takes it. */
  async flush(least = CHUNK): Promise<void> {
    if (this.#text.length < least || this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    if (!this.#stream.write(text)) await Promise.race([once(this.#stream, "drain"), this.#done]);
  }

  /** @throws what the server says is wrong with a row. */
  async end(): Promise<void> {
    await this.flush(0);
    this.#stream.end();
    await this.#done;
  }
}

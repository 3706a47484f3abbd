import type { Sql } from "../db/sql.ts";
import { sqlStateOf } from "../db/sql-state.ts";
import { ACTS_OF } from "./erase-acts.ts";
import type { Mentions } from "./mentions.ts";

/** Acts that are looked at in one statement, which is tried with fewer where it takes too long. */
const STRETCH = { most: 20_000, least: 20 };
const CANCELLED = "57014";

const FIND = `SELECT e.sequence FROM audit_entry e WHERE e.sequence > $3::bigint AND e.sequence <= $4::bigint AND (${ACTS_OF}) ORDER BY e.sequence`;
const BOUNDS = "SELECT min(sequence) AS first, max(sequence) AS last FROM audit_entry";

/** Looks for the acts of which something is a person's, in stretches of the log: however long it is, no statement reads all of it. */
export class ActsSearch {
  readonly #userId: string;
  readonly #pattern: string | null;
  #found: bigint[] = [];
  /** Acts up to this one were looked at. */
  #through = 0n;
  #stretch = STRETCH.most;

  constructor(userId: string, { pattern }: Pick<Mentions, "pattern">) {
    this.#userId = userId;
    this.#pattern = pattern;
  }

  get pattern(): string | null {
    return this.#pattern;
  }

  /** Of those that were looked at. */
  get sequences(): readonly bigint[] {
    return this.#found;
  }

  /** Looks at what came since it last looked. `onStretch` after each statement. */
  async goOn(sql: Sql, onStretch: () => Promise<unknown> = async () => {}): Promise<void> {
    const [bounds] = await sql.query<{ first: bigint | null; last: bigint | null }>(BOUNDS);
    const last = bounds?.last ?? 0n;
    const before = (bounds?.first ?? 1n) - 1n;
    if (this.#through < before) this.#through = before;
    while (this.#through < last) {
      const rest = last - this.#through;
      const until = this.#through + (rest < this.#stretch ? rest : BigInt(this.#stretch));
      if (await this.#look(sql, until)) await onStretch();
    }
  }

  /** @returns whether it came to its end; the next try looks at fewer. */
  async #look(sql: Sql, until: bigint): Promise<boolean> {
    try {
      const rows = await sql.query<{ sequence: bigint }>(FIND, [
        this.#userId,
        this.#pattern,
        this.#through,
        until,
      ]);
      for (const { sequence } of rows) this.#found.push(sequence);
      this.#through = until;
      return true;
    } catch (error) {
      if (sqlStateOf(error) !== CANCELLED || this.#stretch <= STRETCH.least) throw error;
      this.#stretch = Math.max(STRETCH.least, Math.floor(this.#stretch / 4));
      return false;
    }
  }
}

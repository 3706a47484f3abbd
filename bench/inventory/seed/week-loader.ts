import type pg from "pg";
import { RowCopy } from "./copy-rows.ts";

const WEEK_MS = 7 * 86_400_000;
/** 1970 began on a Thursday, the weeks of partitions on a Monday. */
const MONDAY_MS = 4 * 86_400_000;

export function weekOf(at: number): number {
  return Math.floor((at - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS;
}

const dayName = (at: number) => new Date(at).toISOString().slice(0, 10).replaceAll("-", "");

const COLUMNS = {
  token: `id, issued_at, kind, format, client_id, user_id, subject, family_id, parent_id, session_uid, grant_type, scopes, groups, roles,
    audiences, claims, signing_kid, rooted_at, expires_at, ip, country, user_agent, value_hash`,
  token_label: "kind, label, issued_at, token_id",
} as const;

export type Register = keyof typeof COLUMNS;

/**
 * Fills a register week by week: each week is a table of its own that nobody reads yet, filled by COPY without an index, and then attached as a
 * partition, which builds whatever indexes the register has. The next week is filled meanwhile.
 */
export class WeekLoader {
  readonly #register: Register;
  readonly #loading: pg.Client;
  readonly #attaching: pg.Client;
  #week: number | null = null;
  #copy: RowCopy | null = null;
  #attached: Promise<unknown> = Promise.resolve();

  constructor(register: Register, connections: { loading: pg.Client; attaching: pg.Client }) {
    this.#register = register;
    this.#loading = connections.loading;
    this.#attaching = connections.attaching;
  }

  /** Whether rows of this instant go where those before went. */
  isOpenFor(at: number): boolean {
    return this.#week === weekOf(at);
  }

  async open(at: number): Promise<void> {
    await this.close();
    const week = weekOf(at);
    const name = this.#tableOf(week);
    // in one transaction with the COPY, so that rows can go in frozen
    await this.#loading.query("BEGIN");
    await this.#loading.query(`DROP TABLE IF EXISTS ${name}`);
    await this.#loading.query(
      `CREATE TABLE ${name} (LIKE public.${this.#register} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`,
    );
    this.#week = week;
    this.#copy = new RowCopy(
      this.#loading,
      `COPY ${name} (${COLUMNS[this.#register]}) FROM STDIN WITH (FREEZE)`,
    );
  }

  add(line: string): void {
    this.#copy?.add(line);
  }

  async flush(): Promise<void> {
    await this.#copy?.flush();
  }

  /** Ends the week that is being filled; its indexes are built behind. */
  async close(): Promise<void> {
    if (this.#week === null || this.#copy === null) return;
    const week = this.#week;
    await this.#copy.end();
    await this.#loading.query("COMMIT");
    this.#week = null;
    this.#copy = null;
    await this.#attached;
    const bounds = `FROM ('${new Date(week).toISOString()}') TO ('${new Date(week + WEEK_MS).toISOString()}')`;
    this.#attached = this.#attaching.query(
      `ALTER TABLE public.${this.#register} ATTACH PARTITION ${this.#tableOf(week)} FOR VALUES ${bounds}`,
    );
    this.#attached.catch(() => {});
  }

  async end(): Promise<void> {
    await this.close();
    await this.#attached;
  }

  #tableOf(week: number): string {
    return `partitions.${this.#register}_${dayName(week)}`;
  }
}

import pg from "pg";
import { eventually } from "./instance.ts";

const KEY = 4_711;

/** Where in an exchange the database can be held. */
export type Place = {
  table:
    | "refresh_consumption"
    | "protocol_state"
    | "token"
    | "token_use"
    | "purged_week"
    | "audit_entry"
    | "erasure";
  /** `INSERT` unless told. */
  on?: "INSERT" | "UPDATE";
  /** `commit`: inside of the COMMIT, before it is one. */
  when: "before" | "after" | "commit";
  condition?: string;
};

/** Holds every statement that comes to a place, until it is let go: a process is killed with its exchange exactly there. */
export class Brake {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async at(databaseUrl: string, { table, on = "INSERT", when, condition }: Place): Promise<Brake> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const kind =
      when === "commit"
        ? `CONSTRAINT TRIGGER brake AFTER ${on} ON ${table} DEFERRABLE INITIALLY DEFERRED`
        : `TRIGGER brake ${when.toUpperCase()} ${on} ON ${table}`;
    await client.query(`
      CREATE OR REPLACE FUNCTION brake() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock_shared(${KEY}); RETURN NEW; END';
      CREATE ${kind} FOR EACH ROW ${condition === undefined ? "" : `WHEN (${condition})`} EXECUTE FUNCTION brake()`);
    return new Brake(client);
  }

  async hold(): Promise<void> {
    await this.#client.query(`SELECT pg_advisory_lock(${KEY})`);
  }

  /** How many are held. */
  async waiting(): Promise<number> {
    const { rows } = await this.#client.query<{ count: string }>(
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = $1",
      [KEY],
    );
    return Number(rows[0]?.count);
  }

  /** Resolves once somebody is held. */
  held(): Promise<number> {
    return eventually(async () => {
      const waiting = await this.waiting();
      return waiting > 0 ? waiting : undefined;
    }, 20_000);
  }

  async letGo(): Promise<void> {
    await this.#client.query(`SELECT pg_advisory_unlock(${KEY})`);
  }

  async remove(table: Place["table"]): Promise<void> {
    await this.#client.query(`DROP TRIGGER brake ON ${table}`);
    await this.#client.end();
  }
}

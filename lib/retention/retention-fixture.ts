import type { Database } from "../db/database.ts";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import type { NewToken } from "../tokens/register.ts";
import { type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { WEEK_MS, weekOf } from "./model.ts";

const DAY_MS = 86_400_000;

/** Weeks of a register of which some lie in the past, for tests of what leaves it. */
export type PastRegister = {
  fixture: Fixture;
  /** Connections of the role that takes weeks out. */
  retention: SqlDatabase;
  /** The Monday of so many weeks before that in which the test began. */
  weekAgo(weeks: number): Date;
  /** An instant in the week of so many weeks ago, `days` after its Monday. */
  at(weeks: number, days?: number): Date;
  /** A token issued then, that lived for so long. */
  token(change: Partial<NewToken> & { clientId: string; issuedAt: Date; days?: number }): Promise<NewToken>;
  /** Makes the partitions of past weeks, from the older to the newer. */
  makePartitions(from: number, to: number): Promise<void>;
  partitions(): Promise<string[]>;
  end(): Promise<void>;
};

export function pastRegisterOf(db: Database): PastRegister {
  const { connectionString } = db.pool.options as { connectionString: string };
  const fixture = fixtureOf(db);
  const retention = openSqlDatabase({
    url: connectionString,
    role: "retention",
    maxConnections: 4,
    applicationName: "test-retention",
  });
  // asked once: a test that Monday comes upon keeps to its weeks
  const thisMonday = weekOf(new Date()).getTime();
  const weekAgo = (weeks: number) => new Date(thisMonday - weeks * WEEK_MS);
  const at = (weeks: number, days = 1) => new Date(weekAgo(weeks).getTime() + days * DAY_MS);
  return {
    fixture,
    retention,
    weekAgo,
    at,
    token: ({ days = 0.04, ...change }) =>
      fixture.token({ expiresAt: new Date(change.issuedAt.getTime() + days * DAY_MS), ...change }),
    async makePartitions(from, to) {
      await db.query("SELECT ensure_partitions($1::timestamptz, $2::timestamptz)", [
        weekAgo(from),
        weekAgo(to - 1),
      ]);
    },
    async partitions() {
      const rows = await db.query<{ name: string }>(
        `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent IN ('token'::regclass, 'token_label'::regclass) ORDER BY 1`,
      );
      return rows.map(({ name }) => name);
    },
    end: () => retention.end(),
  };
}

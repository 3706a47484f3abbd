import { randomUUID } from "node:crypto";
import type { Pass } from "./approvals/pass.ts";
import type { Permission, Role } from "./authz/roles.ts";
import type { Database } from "./db/database.ts";
import type { SqlDatabase } from "./db/sql-database.ts";
import type { CountryOf } from "./places/country-database.ts";

export type ApiTokenActor = {
  kind: "api_token";
  id: string;
  name: string;
  role: Role;
  /** Whether it does by itself what a person is asked again for. */
  isUnattended: boolean;
  /** The admin that it counts as, where a second person is asked for; null: made on the machine. */
  personId: string | null;
  /** That admin's role of now: it may do what both allow. Absent: nobody bounds it. */
  creatorRole?: Role | null;
};

/** Who acts. `name` is what people call them: an e-mail address, an API token's name, a client_id. */
export type Actor =
  | { kind: "admin"; id: string; name: string; role: Role; sessionId: string }
  | ApiTokenActor
  | { kind: "client"; id: string; name: string }
  | { kind: "user"; id: string; name: string }
  | { kind: "system"; id: string; name: string }
  | { kind: "anonymous"; id: string; name: string };

/** Everything a use case needs of its caller. `now` is the only clock. */
export type Context<Db extends SqlDatabase = Database> = {
  db: Db;
  now: Date;
  actor: Actor;
  requestId: string;
  ip: string | null;
  userAgent: string | null;
  /** Where an address is. Absent: nobody knows. */
  countryOf?: CountryOf;
  /**
   * Told what failed beside an act that is done all the same, for the log of the process. Whoever waits for the act is not told: for them nothing failed.
   * Absent: such a failure is a warning of the process.
   */
  noteFailure?: (error: unknown, what: string) => void;
  /** Told each permission that let the actor pass, for whoever has to ask for the same again. */
  granted?: Set<Permission>;
  /** Of an act inside of a larger transaction: does something once that has committed, and never where it does not. It must not fail. */
  afterwards?: (work: (db: Db) => Promise<void>) => void;
  /** Of an act that is tried out, or done with a second person's approval. */
  pass?: Pass;
};

/** What a use case that speaks SQL alone needs: an authority has no more. */
export type SqlContext = Context<SqlDatabase>;

/** A context for the product's own work: start-up, worker, command line. `name` says which. */
export function systemContext<Db extends SqlDatabase>(
  db: Db,
  name: string,
  now: Date = new Date(),
): Context<Db> {
  return {
    db,
    now,
    actor: { kind: "system", id: name, name },
    requestId: randomUUID(),
    ip: null,
    userAgent: null,
  };
}

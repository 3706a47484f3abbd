import { hasNoWayIn } from "../admins/let-go.ts";
import { can } from "../authz/require-permission.ts";
import type { Role } from "../authz/roles.ts";
import type { Actor, ApiTokenActor } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import type { ApprovalRecord } from "./approval-row.ts";
import { whyAskerIsOut, whyAskerMayNot } from "./asker-gone.ts";

type Asker = Pick<ApprovalRecord, "actorKind" | "actorId" | "actorName">;

const ADMIN = `SELECT email AS name, role FROM admin a WHERE a.id = $1::uuid AND a.disabled_at IS NULL AND NOT ${hasNoWayIn("a")}`;
const API_TOKEN = `SELECT t.name, t.role, t.is_unattended AS "isUnattended", t.created_by_id AS "personId" FROM api_token t
  WHERE t.id = $1::uuid AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2::timestamptz)`;

/** The same of a row of `approval` that is open, for many at once. `$1` is the time. */
export const IS_ASKER_IN = (approval: string): string =>
  `CASE ${approval}.actor_kind WHEN 'admin' THEN EXISTS (SELECT FROM admin a WHERE a.id = ${approval}.actor_id::uuid AND a.disabled_at IS NULL AND NOT ${hasNoWayIn("a")})
    WHEN 'api_token' THEN EXISTS (SELECT FROM api_token t LEFT JOIN admin a ON a.id = t.created_by_id WHERE t.id = ${approval}.actor_id::uuid AND t.revoked_at IS NULL
      AND (t.expires_at IS NULL OR t.expires_at > $1::timestamptz) AND a.disabled_at IS NULL AND NOT ${hasNoWayIn("a")})
    ELSE true END`;

type Person = { name: string; role: Role };
type Token = Omit<ApiTokenActor, "kind" | "id" | "creatorRole">;

async function findPerson(db: Sql, adminId: string, lock: boolean): Promise<Person | undefined> {
  const [person] = await db.query<Person>(lock ? `${ADMIN} FOR SHARE OF a` : ADMIN, [adminId]);
  return person;
}

/** Who asked, as they are now; null where they are let in no more. With `lock` they stay so until the caller's transaction ends, and so does whoever made the API token that asked. */
async function findRequester(
  db: Sql,
  { actorKind, actorId }: Asker,
  { now, lock }: { now: Date; lock: boolean },
): Promise<Actor | null> {
  if (actorKind === "admin") {
    const person = await findPerson(db, actorId, lock);
    // they are not there: what is done in their name has no session
    return person === undefined ? null : { kind: "admin", id: actorId, ...person, sessionId: "" };
  }
  if (actorKind !== "api_token") return null;
  const [token] = await db.query<Token>(lock ? `${API_TOKEN} FOR SHARE OF t` : API_TOKEN, [actorId, now]);
  if (token === undefined) return null;
  if (token.personId === null) return { kind: "api_token", id: actorId, ...token, creatorRole: null };
  // whose creator is shut out asks for nothing more
  const creator = await findPerson(db, token.personId, lock);
  return creator === undefined
    ? null
    : { kind: "api_token", id: actorId, ...token, creatorRole: creator.role };
}

/**
 * Who asked, as they are now: with the role that they have, and as long as they are let in. They stay so until the caller's transaction ends.
 *
 * @throws {DomainError} FORBIDDEN
 */
export async function getRequester(tx: Sql, asked: Asker, now: Date): Promise<Actor> {
  const actor = await findRequester(tx, asked, { now, lock: true });
  if (actor === null) throw new DomainError("FORBIDDEN", await whyAskerIsOut(tx, asked, now));
  return actor;
}

/** Why what was asked for cannot be done in the name of who asked any more, whoever approves it: who is gone, and since when. Null where it can. */
export async function whyOrphaned(
  db: Sql,
  asked: Asker & Pick<ApprovalRecord, "permissions">,
  now: Date,
): Promise<string | null> {
  const actor = await findRequester(db, asked, { now, lock: false });
  if (actor === null) return whyAskerIsOut(db, asked, now);
  return asked.permissions.every((permission) => can({ actor }, permission as never))
    ? null
    : whyAskerMayNot(db, actor);
}

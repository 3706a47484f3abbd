import { randomBytes } from "node:crypto";
import { derivedKey } from "#app/_lib/secrets.ts";
import { sealSession } from "#app/_lib/session-cookie.ts";
import type { Role } from "#lib/authz/roles.ts";
import type { Database } from "#lib/db/database.ts";
import { uuidv7 } from "#lib/ids.ts";

/** An admin in a session that was signed in just now. */
export type TestPerson = { id: string; email: string; sessionId: string; cookie: string };

/** Another session of an admin, and its cookie. */
export async function openTestSession(
  db: Database,
  adminId: string,
): Promise<Pick<TestPerson, "sessionId" | "cookie">> {
  const sessionId = uuidv7(new Date());
  await db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, signed_in_by)
     VALUES ($1::uuid, $2::uuid, now(), now(), now() + interval '1 hour', 1800, 'totp')`,
    [sessionId, adminId],
  );
  const cookie = `tokenwarden.session=${await sealSession(sessionId, derivedKey("session"), 3600)}`;
  return { sessionId, cookie };
}

/** Somebody of a role, signed in. */
export async function addTestPerson(db: Database, role: Role): Promise<TestPerson> {
  const id = uuidv7(new Date());
  const email = `${role}-${randomBytes(4).toString("hex")}@example.com`;
  await db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at) VALUES ($1::uuid, $2::text, $2::text, $3::text, 'x', '\\x00', now())`,
    [id, email, role],
  );
  return { id, email, ...(await openTestSession(db, id)) };
}

/** As a person who has just shown who they are, for one very act. */
export async function proveFor(db: Database, who: TestPerson, subject: string): Promise<void> {
  await db.query(
    "INSERT INTO admin_proof (session_id, subject, proven_at, proven_by) VALUES ($1::uuid, $2::text, now(), 'totp') ON CONFLICT (session_id, subject) DO UPDATE SET proven_at = now()",
    [who.sessionId, subject],
  );
}

import { recordEntry } from "../audit/record-entry.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { releaseAttempt } from "../passwords/throttle.ts";
import type { SignInMethod } from "../step-up/model.ts";
import { attemptKeys } from "./check-password.ts";
import { ADMIN_SESSION_ABSOLUTE_SECONDS, ADMIN_SESSION_IDLE_SECONDS, SIGN_IN_LIMITS } from "./model.ts";
import { tellNewPlace } from "./tell-new-place.ts";

/**
 * Opens a session inside the caller's transaction for an admin who has shown who they are, and gives the attempt back. Recorded as `admin.signed_in`.
 *
 * @returns the session's id.
 */
export async function openSession(
  tx: Sql,
  ctx: Context,
  admin: { id: string; email: string; role: Role },
  signedInBy: SignInMethod,
): Promise<string> {
  const sessionId = uuidv7(ctx.now);
  const keys = attemptKeys(ctx, admin.email);
  await tx.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, ip, user_agent, signed_in_by)
     VALUES ($1::uuid, $2::uuid, $3::timestamptz, $3::timestamptz, $4::timestamptz, $5::int, $6::text, $7::text, $8::text)`,
    [
      sessionId,
      admin.id,
      ctx.now,
      new Date(ctx.now.getTime() + ADMIN_SESSION_ABSOLUTE_SECONDS * 1000),
      ADMIN_SESSION_IDLE_SECONDS,
      ctx.ip,
      ctx.userAgent,
      signedInBy,
    ],
  );
  await releaseAttempt(tx, {
    cleared: [keys.account],
    returned: [keys.address],
    windowSeconds: SIGN_IN_LIMITS.windowSeconds,
    now: ctx.now,
  });
  await tellNewPlace(tx, ctx, { admin, sessionId });
  const actor = { kind: "admin", id: admin.id, name: admin.email, role: admin.role, sessionId } as const;
  await recordEntry(
    tx,
    { ...ctx, actor },
    {
      act: "admin.signed_in",
      target: { kind: "admin", id: admin.id, name: admin.email },
      after: { signedInBy },
    },
  );
  return sessionId;
}

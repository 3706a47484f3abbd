import { recordEntry } from "../audit/record-entry.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { releaseAttempt } from "../passwords/throttle.ts";
import { requireLocalSignIn } from "../sign-in-providers/local-sign-in.ts";
import type { SignInMethod } from "../step-up/model.ts";
import { attemptKeys } from "./check-password.ts";
import { ADMIN_SESSION_ABSOLUTE_SECONDS, ADMIN_SESSION_IDLE_SECONDS, SIGN_IN_LIMITS } from "./model.ts";
import { tellBreakGlass } from "./tell-break-glass.ts";
import { tellNewPlace } from "./tell-new-place.ts";

/** By which provider, and when the person showed there who they are, where it says so. */
export type SessionProvider = { id: string; name: string; authenticatedAt: Date | null };

/**
 * Opens a session inside the caller's transaction for an admin who has shown who they are, and gives the attempt back. Recorded as `admin.signed_in`; a break-glass owner's
 * while nobody else signs in without a provider as `admin.signed_in_break_glass`.
 *
 * @returns the session's id.
 * @throws {DomainError} NOT_SIGNED_IN for who may not sign in without a provider.
 */
export async function openSession(
  tx: Sql,
  ctx: Context,
  admin: { id: string; email: string; role: Role },
  signedInBy: SignInMethod,
  provider: SessionProvider | null = null,
): Promise<string> {
  const isBreakGlass = provider === null && (await requireLocalSignIn(tx, admin.id)).isBreakGlass;
  const sessionId = uuidv7(ctx.now);
  const keys = attemptKeys(ctx, admin.email);
  await tx.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, ip, user_agent, signed_in_by,
       provider_id, authenticated_at, is_break_glass)
     VALUES ($1::uuid, $2::uuid, $3::timestamptz, $3::timestamptz, $4::timestamptz, $5::int, $6::text, $7::text, $8::text, $9::uuid, $10::timestamptz,
       $11::boolean)`,
    [
      sessionId,
      admin.id,
      ctx.now,
      new Date(ctx.now.getTime() + ADMIN_SESSION_ABSOLUTE_SECONDS * 1000),
      ADMIN_SESSION_IDLE_SECONDS,
      ctx.ip,
      ctx.userAgent,
      signedInBy,
      provider?.id ?? null,
      provider?.authenticatedAt ?? null,
      isBreakGlass,
    ],
  );
  await releaseAttempt(tx, {
    cleared: [keys.account, keys.accountHere],
    returned: [provider === null ? keys.address : keys.providerAddress],
    windowSeconds: SIGN_IN_LIMITS.windowSeconds,
    now: ctx.now,
  });
  await tellNewPlace(tx, ctx, { admin, sessionId });
  if (isBreakGlass) await tellBreakGlass(tx, ctx, { admin, sessionId });
  const actor = { kind: "admin", id: admin.id, name: admin.email, role: admin.role, sessionId } as const;
  await recordEntry(
    tx,
    { ...ctx, actor },
    {
      act: isBreakGlass ? "admin.signed_in_break_glass" : "admin.signed_in",
      target: { kind: "admin", id: admin.id, name: admin.email },
      after: { signedInBy, ...(provider === null ? {} : { provider: provider.name }) },
    },
  );
  return sessionId;
}

import { lockOwners } from "../admins/owner-lock.ts";
import { endOrphaned } from "../approvals/end-orphaned.ts";
import { requireApproval } from "../approvals/require-approval.ts";
import { requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import type { ChangePolicyInput } from "./input.ts";
import {
  countStoppedTokens,
  endLocalSessions,
  readLocalOut,
  readLocalPeople,
  readLocalTokens,
  requireOwnWayIn,
} from "./local-shut-out.ts";
import {
  BREAK_GLASS_SHOWN_DAYS,
  type BreakGlassSignIn,
  PROVEN_SECONDS,
  type SignInPolicy,
  stopWords,
} from "./model.ts";
import { tellBreakGlassNamed, tellLocalSwitched } from "./tell-shut-out.ts";

const without = <Admin extends { id: string }>(admins: readonly Admin[], others: readonly { id: string }[]) =>
  admins.filter(({ id }) => !others.some((other) => other.id === id));

const TARGET = { kind: "sign_in_policy", id: "1", name: "Sign-in" };

type PolicyRow = { localOffAt: Date | null; isProven: boolean; version: number };
type GlassRow = SignInPolicy["breakGlass"][number];

// a break-glass owner is one by password and second factor, whom no provider can let go
const IS_READY = `a.role = 'owner' AND a.disabled_at IS NULL AND a.password_hash IS NOT NULL
  AND (a.totp_wrapped IS NOT NULL OR EXISTS (SELECT FROM passkey k WHERE k.admin_id = a.id AND k.blocked_at IS NULL))
  AND NOT EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = a.id)`;

async function readPolicyRow(db: Sql, { now, lock }: { now: Date; lock: boolean }): Promise<PolicyRow> {
  const [row] = await db.query<PolicyRow>(
    `SELECT local_off_at AS "localOffAt", version, EXISTS (SELECT FROM admin a JOIN admin_identity i ON i.admin_id = a.id
       JOIN sign_in_provider p ON p.id = i.provider_id
       WHERE a.role = 'owner' AND a.disabled_at IS NULL AND p.disabled_at IS NULL AND i.subject IS NOT NULL AND i.let_go_at IS NULL AND i.last_sign_in_at > $1::timestamptz) AS "isProven"
     FROM sign_in_policy WHERE id = 1${lock ? " FOR UPDATE" : ""}`,
    [new Date(now.getTime() - PROVEN_SECONDS * 1000)],
  );
  if (row === undefined) throw new DomainError("UNAVAILABLE", "The settings of sign-in are missing.");
  return row;
}

async function readBreakGlass(db: Sql): Promise<GlassRow[]> {
  return db.query<GlassRow>(
    `SELECT a.id, a.name, a.email, ${IS_READY} AS "isReady" FROM admin a WHERE a.is_break_glass ORDER BY lower(a.name), a.id`,
  );
}

/** Break-glass sign-ins that every owner is shown, the newest first. */
export async function readBreakGlassSignIns(
  db: Sql,
  now: Date,
  days = BREAK_GLASS_SHOWN_DAYS,
): Promise<BreakGlassSignIn[]> {
  const rows = await db.query<{ at: Date; id: string; name: string; email: string; ip: string | null }>(
    `SELECT s.created_at AS at, a.id, a.name, a.email, s.ip FROM admin_session s JOIN admin a ON a.id = s.admin_id
     WHERE s.is_break_glass AND s.created_at > $1::timestamptz ORDER BY s.created_at DESC, s.id DESC LIMIT 50`,
    [new Date(now.getTime() - days * 86_400_000)],
  );
  return rows.map(({ at, ip, ...admin }) => ({ at: at.toISOString(), admin, ip }));
}

/** What stops with sign-in without a provider: API tokens of whoever has no other way in, and is not named. */
async function readStops(db: Sql, now: Date): Promise<SignInPolicy["stops"]> {
  const named = new Set((await readBreakGlass(db)).map(({ id }) => id));
  const others = (await readLocalTokens(db, now)).filter(({ adminId }) => !named.has(adminId));
  const people = (await readLocalPeople(db)).filter(({ adminId }) => !named.has(adminId));
  return {
    apiTokens: others.reduce((sum, { count }) => sum + count, 0),
    people: people.map(({ email }) => email),
  };
}

async function readPolicy(db: Sql, now: Date): Promise<SignInPolicy> {
  const row = await readPolicyRow(db, { now, lock: false });
  return {
    localSignIn: row.localOffAt === null,
    localOffAt: row.localOffAt?.toISOString() ?? null,
    breakGlass: await readBreakGlass(db),
    breakGlassSignIns: await readBreakGlassSignIns(db, now),
    isProven: row.isProven,
    stops: await readStops(db, now),
    version: row.version,
  };
}

/** Whether admins sign in without a provider, and who may whatever is set. Needs `sign-in:read`. */
export async function getSignInPolicy(ctx: Context): Promise<SignInPolicy> {
  requirePermission(ctx, "sign-in:read");
  return readPolicy(ctx.db, ctx.now);
}

async function nameBreakGlass(tx: Sql, ids: readonly string[]): Promise<void> {
  const owners = await tx.query(`SELECT id FROM admin a WHERE a.id = ANY ($1::uuid[]) AND ${IS_READY}`, [
    ids,
  ]);
  if (owners.length !== ids.length) {
    const message = "must be owners with a password and a second factor, linked to no provider";
    throw new DomainError("INVALID_INPUT", `Break-glass accounts ${message}.`, {
      fields: [{ path: "breakGlass", message }],
    });
  }
  await tx.query(
    "UPDATE admin SET is_break_glass = (id = ANY ($1::uuid[])) WHERE is_break_glass <> (id = ANY ($1::uuid[]))",
    [ids],
  );
}

/**
 * Turns sign-in without a provider off or on, and names the owners who keep it whatever is set. Off: the sessions of everybody else who came in so end, no new one opens, and the API
 * tokens of whoever has no other way in open nothing, in every process from the commit on. It goes off only where an owner came in by a provider within the last day, and a break-glass owner is ready. Recorded as
 * `sign_in_policy.updated`. Needs `sign-in:write`.
 *
 * @throws {StepUpRequired} sign-in
 * @throws {ApprovalRequired} where the organisation wants four eyes
 * @throws {DomainError} STALE_VERSION, CONFLICT where somebody could be locked out, INVALID_INPUT for break-glass accounts that could not sign in.
 */
export async function changeSignInPolicy(
  ctx: Context,
  { version, localSignIn, breakGlass }: ChangePolicyInput,
): Promise<SignInPolicy> {
  requirePermission(ctx, "sign-in:write");
  await requireApproval(ctx, "sign-in");
  const changed = await ctx.db.transaction(async (tx) => {
    await lockOwners(tx);
    const before = await readPolicyRow(tx, { now: ctx.now, lock: true });
    await requireVersion(tx, version, {
      what: "Sign-in",
      act: "sign_in_policy.updated",
      targetId: TARGET.id,
      version: before.version,
    });
    const stoppedBefore = await countStoppedTokens(tx, ctx.now);
    const outBefore = await readLocalOut(tx);
    const glassBefore = await readBreakGlass(tx);
    const namedBefore = glassBefore.map(({ email }) => email);
    if (breakGlass !== undefined) await nameBreakGlass(tx, breakGlass);
    const named = await readBreakGlass(tx);
    const wasLocal = before.localOffAt === null;
    const isLocal = localSignIn ?? wasLocal;
    const hasNewNames = JSON.stringify(named.map(({ email }) => email)) !== JSON.stringify(namedBefore);
    if (isLocal === wasLocal && !hasNewNames) return readPolicy(tx, ctx.now);
    if (!isLocal) {
      if (wasLocal && !before.isProven)
        throw new DomainError(
          "CONFLICT",
          "No owner has signed in by a provider within the last 24 hours. Show that it works first: sign in by it as an owner.",
        );
      if (!named.some(({ isReady }) => isReady))
        throw new DomainError(
          "CONFLICT",
          "Name at least one break-glass owner with a password and a second factor: the way in while the provider is away.",
          { fields: [{ path: "breakGlass", message: "needs an owner who can sign in" }] },
        );
      await requireOwnWayIn(tx, ctx);
    }
    await tx.query(
      "UPDATE sign_in_policy SET local_off_at = $1::timestamptz, updated_at = $2::timestamptz, version = version + 1 WHERE id = 1",
      [isLocal ? null : (before.localOffAt ?? ctx.now), ctx.now],
    );
    const endedSessions = isLocal ? 0 : await endLocalSessions(tx, ctx.now);
    const stoppedApiTokens = Math.max(0, (await countStoppedTokens(tx, ctx.now)) - stoppedBefore);
    const out = await readLocalOut(tx);
    const leftWithoutWayIn = without(out, outBefore).map(({ email }) => email);
    if (!isLocal) ctx.pass?.says.push(stopWords(stoppedApiTokens));
    await tellBreakGlassNamed(tx, ctx, { before: glassBefore, after: named });
    if (isLocal !== wasLocal)
      await tellLocalSwitched(tx, ctx, {
        isOn: isLocal,
        admins: isLocal ? outBefore : without(out, outBefore),
      });
    await recordEntry(tx, ctx, {
      act: "sign_in_policy.updated",
      target: TARGET,
      before: {
        ...(isLocal === wasLocal ? {} : { localSignIn: wasLocal }),
        ...(hasNewNames ? { breakGlassOwners: namedBefore } : {}),
      },
      after: {
        ...(isLocal === wasLocal ? {} : { localSignIn: isLocal }),
        ...(hasNewNames ? { breakGlassOwners: named.map(({ email }) => email) } : {}),
        ...(isLocal ? {} : { endedSessions, stoppedApiTokens, leftWithoutWayIn }),
      },
    });
    return readPolicy(tx, ctx.now);
  });
  if (!changed.localSignIn) await endOrphaned(ctx);
  return changed;
}

/**
 * The way back where the provider is gone: lets admins sign in without one again. For the command line, by whoever holds the machine. Recorded as `sign_in_policy.updated`;
 * where it is on already, nothing is done.
 *
 * @returns whether it was off.
 */
export async function turnLocalSignInOn(ctx: Context): Promise<boolean> {
  requirePermission(ctx, "sign-in:write");
  return ctx.db.transaction(async (tx) => {
    const before = await readPolicyRow(tx, { now: ctx.now, lock: true });
    if (before.localOffAt === null) return false;
    const admins = await readLocalOut(tx);
    await tx.query(
      "UPDATE sign_in_policy SET local_off_at = NULL, updated_at = $1::timestamptz, version = version + 1 WHERE id = 1",
      [ctx.now],
    );
    await tellLocalSwitched(tx, ctx, { isOn: true, admins });
    await recordEntry(tx, ctx, {
      act: "sign_in_policy.updated",
      target: TARGET,
      before: { localSignIn: false },
      after: { localSignIn: true },
    });
    return true;
  });
}

/** The owners who are break-glass owners, or could be. Needs `sign-in:read`. */
export async function listBreakGlassCandidates(ctx: Context): Promise<SignInPolicy["breakGlass"]> {
  requirePermission(ctx, "sign-in:read");
  return ctx.db.query<GlassRow>(
    `SELECT a.id, a.name, a.email, ${IS_READY} AS "isReady" FROM admin a WHERE a.is_break_glass OR (${IS_READY}) ORDER BY lower(a.name), a.id`,
  );
}

import { endSessions } from "../admins/end-sessions.ts";
import { invitationEndOf } from "../admins/inviter.ts";
import { findLookAlike, lookAlikeNote } from "../admins/look-alike.ts";
import { openSession } from "../admins/open-session.ts";
import { lockOwners, requireAnOwner } from "../admins/owner-lock.ts";
import { tellWayInByAnother } from "../admins/tell-way-in-by-another.ts";
import { tellWayInChanged } from "../admins/tell-way-in-changed.ts";
import { withdrawOfRole } from "../admins/withdraw-invitations.ts";
import { endOrphaned } from "../approvals/end-orphaned.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { ROLE_WORDS, type Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { emailAddress } from "../input/plain-text.ts";
import { isRestoreOpen } from "../restore/watch-restore.ts";
import { authTimeOf, type RequiredAuthentication, requireAuthentication } from "./authentication.ts";
import type { ProviderIdentity } from "./exchange-code.ts";
import type { RoleRule } from "./model.ts";
import { ProviderRefused } from "./provider-refused.ts";
import { roleOfClaims } from "./role-of-claims.ts";
import { tellComingIn } from "./tell-admins.ts";
import { tellLetGo } from "./tell-shut-out.ts";

export type Rules = RequiredAuthentication & {
  name: string;
  roleClaim: string;
  roleRules: RoleRule[];
  defaultRole: Role | null;
  createsAdmins: boolean;
};
/** `came`: linked before, by an invitation just now, or made just now. */
export type Person = { id: string; email: string; role: Role; came: "before" | "invited" | "uninvited" };

/** The rules as they stand, and nobody changes them until the transaction ends. */
export async function shareRules(tx: Sql, providerId: string): Promise<Rules> {
  const [rules] = await tx.query<Rules>(
    `SELECT name, role_claim AS "roleClaim", role_rules AS "roleRules", default_role AS "defaultRole", creates_admins AS "createsAdmins",
       required_acr AS "requiredAcr", required_amr AS "requiredAmr", max_age_seconds AS "maxAgeSeconds"
     FROM sign_in_provider WHERE id = $1::uuid AND disabled_at IS NULL FOR SHARE`,
    [providerId],
  );
  if (rules === undefined)
    throw new ProviderRefused("PROVIDER_FAILED", "the provider was disabled meanwhile");
  return rules;
}

/** Whom the identity belongs to already. */
async function findLinked(tx: Sql, providerId: string, subject: string): Promise<Person | null> {
  const [row] = await tx.query<Omit<Person, "came"> & { disabledAt: Date | null }>(
    `SELECT a.id, a.email, a.role, a.disabled_at AS "disabledAt" FROM admin_identity i JOIN admin a ON a.id = i.admin_id
     WHERE i.provider_id = $1::uuid AND i.subject = $2::text FOR UPDATE OF i, a`,
    [providerId, subject],
  );
  if (row === undefined) return null;
  if (row.disabledAt !== null) throw new ProviderRefused("ADMIN_DISABLED", `admin ${row.id} is disabled`);
  return { id: row.id, email: row.email, role: row.role, came: "before" };
}

/** Binds the identity, once, to the admin who was invited under the very address that the issuer vouches for. */
async function linkInvited(
  tx: Sql,
  ctx: Context,
  { providerId, identity }: { providerId: string; identity: ProviderIdentity },
): Promise<Person | null> {
  if (identity.verifiedEmail === null) return null;
  const [row] = await tx.query<Omit<Person, "came">>(
    `UPDATE admin_identity i SET subject = $3::text, linked_at = $4::timestamptz, invited_until = NULL FROM admin a
     WHERE a.id = i.admin_id AND a.disabled_at IS NULL AND i.provider_id = $1::uuid AND i.email = $2::text AND i.subject IS NULL
       AND i.invited_until > $4::timestamptz AND ${invitationEndOf("i")} IS NULL
     RETURNING a.id, a.email, a.role`,
    [providerId, identity.verifiedEmail, identity.subject, ctx.now],
  );
  return row === undefined ? null : { ...row, came: "invited" };
}

/** An admin for somebody whom nobody invited, where the provider's people may come so. */
async function createLinked(
  tx: Sql,
  ctx: Context,
  { providerId, identity, role }: { providerId: string; identity: ProviderIdentity; role: Role },
): Promise<Person> {
  const email = emailAddress.safeParse(identity.verifiedEmail ?? "").data;
  if (email === undefined)
    throw new ProviderRefused("NOT_INVITED", "no address of theirs that this console takes");
  const id = uuidv7(ctx.now);
  const made = await tx.query(
    `INSERT INTO admin (id, email, name, role, created_at) VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::timestamptz)
     ON CONFLICT (email) DO NOTHING RETURNING id`,
    [id, email, identity.name ?? email, role, ctx.now],
  );
  if (made.length === 0) throw new ProviderRefused("ADDRESS_IN_USE", "another admin has the address");
  await tx.query(
    `INSERT INTO admin_identity (admin_id, provider_id, email, invited_email, subject, linked_at) VALUES ($1::uuid, $2::uuid, $3::text, $3::text, $4::text, $5::timestamptz)`,
    [id, providerId, identity.verifiedEmail, identity.subject, ctx.now],
  );
  return { id, email, role, came: "uninvited" };
}

function actorOf({ id, email }: Person, role: Role) {
  return { kind: "admin", id, name: email, role, sessionId: "" } as const;
}

/** Gives the role that the claims give. One that changes ends the sessions that the person has; `comesIn` is whether another is opened now. @throws {ProviderRefused} LAST_OWNER */
export async function applyRole(
  tx: Sql,
  ctx: Context,
  person: Person,
  { role, rules, comesIn }: { role: Role; rules: Rules; comesIn: boolean },
) {
  const target = { kind: "admin", id: person.id, name: person.email };
  const asPerson = { ...ctx, actor: actorOf(person, role) };
  await tx.query(
    "UPDATE admin SET role = $2::text, last_sign_in_at = coalesce($3::timestamptz, last_sign_in_at) WHERE id = $1::uuid",
    [person.id, role, comesIn ? ctx.now : null],
  );
  const before = person.came === "uninvited" ? null : person.role;
  const looksLike = person.came === "before" ? null : await findLookAlike(tx, person);
  await tellComingIn(tx, asPerson, {
    ...target,
    email: person.email,
    before,
    role,
    provider: rules.name,
    looksLike,
  });
  const alike = looksLike === null ? {} : { looksLike: looksLike.email };
  const warns = looksLike === null ? "" : lookAlikeNote(looksLike);
  if (person.came === "uninvited") {
    await recordEntry(tx, asPerson, {
      act: "admin.created",
      target,
      note: `by their first sign-in at ${rules.name}, uninvited${warns && `; ${warns}`}`,
      after: { email: person.email, role, provider: rules.name, ...alike },
    });
    return;
  }
  if (person.came === "invited") {
    await tellWayInChanged(tx, asPerson, {
      actor: asPerson.actor,
      what: `Your account was linked to somebody at ${rules.name}`,
      means: "Whoever they are there comes in as you.",
    });
    await recordEntry(tx, asPerson, {
      act: "admin.linked",
      target,
      ...(warns === "" ? {} : { note: warns }),
      after: { provider: rules.name, role, ...alike },
    });
    return;
  }
  if (person.role === role) return;
  if (person.role === "owner")
    await requireAnOwner(tx).catch((error: unknown) => {
      throw error instanceof DomainError
        ? new ProviderRefused("LAST_OWNER", error.message, { cause: error })
        : error;
    });
  const endedSessions = await endSessions(tx, { adminId: person.id, now: ctx.now, reason: "role_changed" });
  await tellWayInByAnother(tx, asPerson, {
    adminIds: [person.id],
    who: rules.name,
    what: `Your role is now ${ROLE_WORDS[role].name}`,
    did: `gave you that by what it says of your groups, where you were ${ROLE_WORDS[person.role].name}.`,
    means: comesIn ? "Your other sessions were ended." : "Your sessions were ended: sign in again to go on.",
  });
  await recordEntry(tx, asPerson, {
    act: "admin.role_changed",
    target,
    note: `by what they are at ${rules.name}`,
    before: { role: person.role },
    after: { role, endedSessions },
  });
  await withdrawOfRole(tx, asPerson, { admin: person, role });
}

/** Whether the sign-in makes somebody an admin, or an owner. */
export function isNews(person: Person | null, role: Role): boolean {
  return person?.came !== "before" || (role === "owner" && person.role !== "owner");
}

/** Invitations and rules of a dump may have been taken back since: by them nobody comes to confirm that it was restored. @throws {ProviderRefused} */
export async function requireNoRestore(tx: Sql): Promise<void> {
  if (await isRestoreOpen(tx))
    throw new ProviderRefused("RESTORE_WAITS", "a restore waits to be confirmed: nobody new comes in");
}

/**
 * Signs in whom a provider vouches for: an admin who is linked to issuer and subject; or who was invited under the very address that the issuer has verified, and is linked
 * now; or, where the provider's people may come uninvited, somebody new. An address alone never opens an account. The role is what the claims give, at each sign-in. How
 * they signed in there is held to what is asked for. Recorded as `admin.signed_in`, `admin.created`, `admin.linked` and `admin.role_changed`; a refusal as
 * `admin.sign_in_refused`.
 *
 * @param identity of an answer that was heard: it counts once, since its question was used up (`hearAnswer`).
 * @throws {ProviderRefused}
 */
export async function signInByProvider(
  ctx: Context,
  { providerId, identity }: { providerId: string; identity: ProviderIdentity },
): Promise<{ adminId: string; sessionId: string }> {
  let known: Person | null = null;
  let hasOtherRole = false;
  try {
    const entered = await ctx.db.transaction(async (tx) => {
      // in turn: of two first sign-ins of one person the second finds the first
      await lockOwners(tx);
      const rules = await shareRules(tx, providerId);
      known = await findLinked(tx, providerId, identity.subject);
      requireAuthentication(identity.claims, rules, { now: ctx.now });
      const role = roleOfClaims(identity.claims, rules);
      const person = known ?? (await linkInvited(tx, ctx, { providerId, identity }));
      if (role === null) throw new ProviderRefused("NO_ROLE", `nothing in ${rules.roleClaim} has a role`);
      // of everybody alike: it says nothing of who is invited
      if (person === null && identity.verifiedEmail === null)
        throw new ProviderRefused("ADDRESS_NOT_VERIFIED", "the provider vouches for no address of theirs");
      if (person === null && !rules.createsAdmins)
        throw new ProviderRefused("NOT_INVITED", "neither linked nor invited");
      if (isNews(person, role)) await requireNoRestore(tx);
      const admin = person ?? (await createLinked(tx, ctx, { providerId, identity, role }));
      await applyRole(tx, ctx, admin, { role, rules, comesIn: true });
      await tx.query(
        `UPDATE admin_identity SET last_sign_in_at = $2::timestamptz, let_go_at = NULL, email = coalesce($3::text, email) WHERE admin_id = $1::uuid`,
        [admin.id, ctx.now, identity.verifiedEmail],
      );
      const sessionId = await openSession(tx, ctx, { ...admin, role }, "provider", {
        id: providerId,
        name: rules.name,
        authenticatedAt: authTimeOf(identity.claims),
      });
      hasOtherRole = admin.came !== "uninvited" && admin.role !== role;
      return { adminId: admin.id, sessionId };
    });
    // a sign-in of every day changes nothing for what waits in their name
    if (hasOtherRole) await endOrphaned(ctx);
    return entered;
  } catch (error) {
    if (error instanceof ProviderRefused)
      await recordProviderRefusal(ctx, { admin: known, refused: error, providerId });
    throw error;
  }
}

/** Whom the provider gives no role any more is out: sessions end, and their API tokens and what waits for a second person do nothing, until it gives them one again. */
export async function letGo(
  tx: Sql,
  ctx: Context,
  { admin, provider }: { admin: { id: string }; provider: string },
): Promise<{ endedSessions: number; isNew: boolean }> {
  const first = await tx.query(
    "UPDATE admin_identity SET let_go_at = $2::timestamptz WHERE admin_id = $1::uuid AND let_go_at IS NULL RETURNING admin_id",
    [admin.id, ctx.now],
  );
  if (first.length > 0) await tellLetGo(tx, ctx, { admin, provider });
  const endedSessions = await endSessions(tx, { adminId: admin.id, now: ctx.now, reason: "role_changed" });
  return { endedSessions, isNew: first.length > 0 };
}

/** Puts on record that whom a provider vouched for did not come in, or that what it said did not hold. What anybody can cause without the provider is not. */
export async function recordProviderRefusal(
  ctx: Context,
  {
    admin,
    refused,
    providerId,
  }: { admin: { id: string; email: string } | null; refused: ProviderRefused; providerId: string },
): Promise<void> {
  if (!refused.isOnRecord) return;
  const isLetGo = admin !== null && refused.why === "NO_ROLE";
  const [provider] = await ctx.db.query<{ name: string }>(
    "SELECT name FROM sign_in_provider WHERE id = $1::uuid",
    [providerId],
  );
  const isLetGoNow = await ctx.db.transaction(async (tx) => {
    const { endedSessions, isNew } = isLetGo
      ? await letGo(tx, ctx, { admin, provider: provider?.name ?? "Your provider" })
      : { endedSessions: 0, isNew: false };
    await recordEntry(tx, ctx, {
      act: "admin.sign_in_refused",
      target: { kind: "admin", id: admin?.id ?? "-", name: admin?.email ?? "unknown account" },
      note: `by ${provider?.name ?? "a provider"}: ${refused.message}`,
      ...(isLetGo ? { after: { endedSessions } } : {}),
      errorCode: "NOT_SIGNED_IN",
    });
    return isNew;
  });
  if (isLetGoNow) await endOrphaned(ctx);
}

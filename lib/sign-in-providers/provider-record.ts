import type { Role } from "../authz/roles.ts";
import { ROLE_WORDS } from "../authz/roles.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { RoleRule, SignInProviderRow } from "./model.ts";

/** What the client secret is bound to. */
export const clientSecretLabel = (id: string) => `sign-in provider ${id} client secret`;

type ProviderRecord = Omit<SignInProviderRow, "state" | "lastSignInAt" | "createdAt" | "updatedAt"> & {
  roleRules: RoleRule[];
  defaultRole: Role | null;
  disabledAt: Date | null;
  lastSignInAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/** The providers that a condition on `sign_in_provider p` names, by name. */
export async function readProviders(
  db: Sql,
  { where, now }: { where: Fragment; now: Date },
): Promise<SignInProviderRow[]> {
  const records = await run<ProviderRecord>(
    db,
    sql`SELECT p.id, p.name, p.issuer, p.client_id AS "clientId", p.scopes, p.role_claim AS "roleClaim", p.role_rules AS "roleRules",
        p.default_role AS "defaultRole", p.creates_admins AS "createsAdmins", p.acr_values AS "acrValues", p.required_acr AS "requiredAcr",
        p.required_amr AS "requiredAmr", p.max_age_seconds AS "maxAgeSeconds", p.disabled_at AS "disabledAt", p.created_at AS "createdAt",
        p.updated_at AS "updatedAt", p.version, i.admins, i.invited, i.last AS "lastSignInAt",
        (SELECT count(*)::int FROM admin_session s WHERE s.provider_id = p.id AND s.ended_at IS NULL AND s.absolute_expires_at > ${now}::timestamptz
          AND s.last_seen_at + make_interval(secs => s.idle_seconds) > ${now}::timestamptz) AS sessions
      FROM sign_in_provider p, LATERAL (SELECT count(i.subject)::int AS admins,
        (count(*) FILTER (WHERE i.subject IS NULL AND i.invited_until > ${now}::timestamptz AND i.withdrawn_because IS NULL))::int AS invited, max(i.last_sign_in_at) AS last
        FROM admin_identity i WHERE i.provider_id = p.id) i
      WHERE ${where} ORDER BY lower(p.name), p.id`,
  );
  return records.map(({ disabledAt, ...record }) => ({
    ...record,
    state: disabledAt === null ? "enabled" : "disabled",
    lastSignInAt: record.lastSignInAt?.toISOString() ?? null,
    createdAt: record.createdAt.toISOString(),
    updatedAt: record.updatedAt.toISOString(),
  }));
}

/** @throws {DomainError} NOT_FOUND */
export async function readProvider(
  db: Sql,
  { id, now }: { id: string; now: Date },
): Promise<SignInProviderRow> {
  const [provider] = isUuid(id) ? await readProviders(db, { where: sql`p.id = ${id}::uuid`, now }) : [];
  if (provider === undefined) throw notFound("The provider");
  return provider;
}

/** The same, and nobody else changes it, or signs in by it, until the transaction ends. @throws {DomainError} NOT_FOUND */
export async function lockProvider(
  tx: Sql,
  { id, now }: { id: string; now: Date },
): Promise<SignInProviderRow> {
  if (isUuid(id)) await tx.query("SELECT id FROM sign_in_provider WHERE id = $1::uuid FOR UPDATE", [id]);
  return readProvider(tx, { id, now });
}

/** @throws {DomainError} CONFLICT */
export async function requireFree(
  tx: Sql,
  { id, name, issuer }: { id: string; name: string; issuer: string },
): Promise<void> {
  const taken = await tx.query<{ name: string; issuer: string }>(
    "SELECT name, issuer FROM sign_in_provider WHERE (name = $1::text OR issuer = $2::text) AND id <> $3::uuid",
    [name, issuer, id],
  );
  const isName = taken.some((other) => other.name === name);
  if (taken.length > 0)
    throw new DomainError(
      "CONFLICT",
      isName ? "There is a provider of this name already." : "This issuer is set up as a provider already.",
      { fields: [{ path: isName ? "name" : "issuer", message: "is taken" }] },
    );
}

/** What an audit entry says of a provider; never its secret. */
export function auditedProvider(provider: SignInProviderRow): Record<string, unknown> {
  const { name, issuer, clientId, scopes, roleClaim, defaultRole, createsAdmins } = provider;
  const { acrValues, requiredAcr, requiredAmr, maxAgeSeconds } = provider;
  return {
    name,
    issuer,
    clientId,
    scopes,
    roleClaim,
    roleRules: provider.roleRules.map(({ value, role }) => `${value} → ${ROLE_WORDS[role].name}`),
    defaultRole,
    createsAdmins,
    acrValues,
    requiredAcr,
    requiredAmr,
    maxAgeSeconds,
  };
}

export function providerTarget({ id, name }: { id: string; name: string }) {
  return { kind: "sign_in_provider", id, name };
}

/** Ends the live sessions that a provider opened, inside the caller's transaction; answers how many. */
export async function endProviderSessions(
  tx: Sql,
  { providerId, now, reason }: { providerId: string; now: Date; reason: string },
): Promise<number> {
  const ended = await tx.query(
    `UPDATE admin_session SET ended_at = $2::timestamptz, ended_reason = $3::text
     WHERE provider_id = $1::uuid AND ended_at IS NULL RETURNING id`,
    [providerId, now, reason],
  );
  return ended.length;
}

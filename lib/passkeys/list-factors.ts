import { requireAdmin } from "../authz/require-admin.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { readLocalStanding } from "../sign-in-providers/local-sign-in.ts";
import type { Factors, PasskeyRow, PasswordUse, Transport } from "./model.ts";

type PasskeyRecord = Omit<PasskeyRow, "createdAt" | "lastUsedAt" | "blockedAt"> & {
  credentialId: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  blockedAt: Date | null;
};

const SELECT = `SELECT id, name, credential_id AS "credentialId", transports, is_syncable AS "isSyncable", is_backed_up AS "isBackedUp",
  created_at AS "createdAt", last_used_at AS "lastUsedAt", blocked_at AS "blockedAt" FROM passkey`;

/** An admin's passkeys, the oldest first. */
export function readPasskeys(db: Sql, adminId: string): Promise<PasskeyRecord[]> {
  return db.query<PasskeyRecord>(`${SELECT} WHERE admin_id = $1::uuid ORDER BY created_at, id`, [adminId]);
}

/** What is shown of a passkey: never its public key or id, which nobody needs. */
export function passkeyRowOf(record: PasskeyRecord): PasskeyRow {
  return {
    id: record.id,
    name: record.name,
    transports: record.transports as Transport[],
    isSyncable: record.isSyncable,
    isBackedUp: record.isBackedUp,
    createdAt: record.createdAt.toISOString(),
    lastUsedAt: record.lastUsedAt?.toISOString() ?? null,
    blockedAt: record.blockedAt?.toISOString() ?? null,
  };
}

async function readFactors(db: Sql, adminId: string): Promise<Factors> {
  const [[row], passkeys, { bar }] = await Promise.all([
    db.query<{
      hasTotp: boolean;
      passwordSetAt: Date | null;
      left: number;
      made: number;
      madeAt: Date | null;
    }>(
      `SELECT a.totp_wrapped IS NOT NULL AS "hasTotp", a.password_set_at AS "passwordSetAt", count(r.code_hash) FILTER (WHERE r.used_at IS NULL)::int AS left,
         count(r.code_hash)::int AS made, max(r.created_at) AS "madeAt"
       FROM admin a LEFT JOIN recovery_code r ON r.admin_id = a.id WHERE a.id = $1::uuid GROUP BY a.id`,
      [adminId],
    ),
    readPasskeys(db, adminId),
    readLocalStanding(db, adminId),
  ]);
  if (row === undefined || bar === "gone") throw notFound("The admin");
  const { hasTotp, passwordSetAt, left, made, madeAt } = row;
  const use: PasswordUse = bar ?? "signs_in";
  return {
    password: { use, setAt: passwordSetAt?.toISOString() ?? null },
    passkeys: passkeys.map(passkeyRowOf),
    hasTotp,
    recoveryCodes: { left, made, madeAt: madeAt?.toISOString() ?? null },
  };
}

/** With what the asking admin comes in. @throws {DomainError} CONFLICT for who is no admin. */
export async function listOwnFactors(ctx: Context): Promise<Factors> {
  return readFactors(ctx.db, requireAdmin(ctx).id);
}

/** With what an admin comes in. Needs `admin:read`. @throws {DomainError} NOT_FOUND */
export async function listFactorsOf(ctx: Context, { adminId }: { adminId: string }): Promise<Factors> {
  requirePermission(ctx, "admin:read");
  if (!isUuid(adminId)) throw notFound("The admin");
  return readFactors(ctx.db, adminId);
}

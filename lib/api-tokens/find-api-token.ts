import { hasNoWayIn } from "../admins/let-go.ts";
import type { Role } from "../authz/roles.ts";
import type { ApiTokenActor } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { hashSecret } from "../passwords/generated-secret.ts";
import type { ApiTokenRefusal } from "./model.ts";
import { isWithinNetworks } from "./networks.ts";

const SHAPE = /^twk_[0-9A-Za-z]{43}$/;
/** A use is noted at most this often, and at once where it comes from another address than the one before. */
const TOUCH_SECONDS = 60;
/** Two addresses that take turns write no more than this often. */
const OTHER_ADDRESS_SECONDS = 1;

/** Who presents a value: the token as an actor, or why it opens nothing. */
export type FoundApiToken =
  | ({ refusal: null } & Omit<ApiTokenActor, "kind">)
  | { refusal: ApiTokenRefusal; id: string; name: string };

type Row = {
  id: string;
  name: string;
  role: Role;
  networks: string[];
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
  isUnattended: boolean;
  personId: string | null;
  creatorId: string | null;
  creatorRole: Role | null;
  creatorDisabledAt: Date | null;
  isCreatorOut: boolean;
};

/**
 * The API token behind a presented value, with its creator's role of now, or null for a value that was never one. A token that was revoked, has ended,
 * whose creator is disabled or has no way in, or that comes from beyond its networks is named with its refusal. It reads the database, so that what changed holds at the next
 * request in each process. Notes when and from where a good one was used.
 */
export async function findApiToken(
  db: Sql,
  { value, ip, now }: { value: string; ip: string | null; now: Date },
): Promise<FoundApiToken | null> {
  if (!SHAPE.test(value)) return null;
  const [row] = await db.query<Row>(
    `SELECT t.id, t.name, t.role, t.networks, t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt", t.last_used_at AS "lastUsedAt",
       t.last_used_ip AS "lastUsedIp", t.is_unattended AS "isUnattended", t.created_by_id AS "personId", a.id AS "creatorId", a.role AS "creatorRole", a.disabled_at AS "creatorDisabledAt",
       ${hasNoWayIn("a")} AS "isCreatorOut"
     FROM api_token t LEFT JOIN admin a ON a.id = t.created_by_id WHERE t.token_hash = $1::bytea`,
    [hashSecret(value)],
  );
  if (row === undefined) return null;
  const { id, name, role } = row;
  const refusal = refusalOf(row, { ip, now });
  if (refusal !== null) return { refusal, id, name };
  await noteUse(db, row, { ip, now });
  const { isUnattended, personId, creatorRole } = row;
  return { refusal: null, id, name, role, isUnattended, personId, creatorRole };
}

function refusalOf(row: Row, { ip, now }: { ip: string | null; now: Date }): ApiTokenRefusal | null {
  if (row.revokedAt !== null) return "API_TOKEN_REVOKED";
  if (row.expiresAt !== null && row.expiresAt <= now) return "API_TOKEN_EXPIRED";
  // one whose creator is nobody any more counts as nobody
  if (row.creatorDisabledAt !== null || row.isCreatorOut || (row.personId !== null && row.creatorId === null))
    return "API_TOKEN_CREATOR_DISABLED";
  return isWithinNetworks(row.networks, ip) ? null : "API_TOKEN_NETWORK";
}

async function noteUse(db: Sql, row: Row, { ip, now }: { ip: string | null; now: Date }): Promise<void> {
  const pause = row.lastUsedIp === ip ? TOUCH_SECONDS : OTHER_ADDRESS_SECONDS;
  if (row.lastUsedAt !== null && now.getTime() - row.lastUsedAt.getTime() < pause * 1000) return;
  await db.query(
    `UPDATE api_token SET last_used_at = $2::timestamptz, last_used_ip = $3::text
     WHERE id = $1::uuid AND (last_used_at IS NULL OR last_used_at < $2::timestamptz)`,
    [row.id, now, ip],
  );
}

import { getAdminRow, readAdminRows } from "../admins/list-admins.ts";
import type { AdminRow } from "../admins/model.ts";
import type { ApiTokenRow } from "../api-tokens/model.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import type { Subject, SubjectKind } from "./model.ts";

const SUBJECTS_MAX = 1_000;

function subjectOfAdmin({ id, name, email, role, state }: AdminRow): Subject {
  const whyNotNow =
    state === "disabled"
      ? "Disabled: they cannot sign in, and nothing of this is theirs until they are enabled again."
      : state === "active"
        ? null
        : "They have not finished their enrolment yet, and cannot sign in.";
  return { kind: "admin", id, name, email, role, state, isUnattended: false, whyNotNow };
}

type TokenRecord = {
  id: string;
  name: string;
  role: Role;
  isUnattended: boolean;
  isRevoked: boolean;
  isExpired: boolean;
};

const TOKENS = `
  SELECT id, name, role, is_unattended AS "isUnattended", revoked_at IS NOT NULL AS "isRevoked", coalesce(expires_at <= $1::timestamptz, false) AS "isExpired" FROM api_token`;

function subjectOfToken({ id, name, role, isUnattended, isRevoked, isExpired }: TokenRecord): Subject {
  const state: ApiTokenRow["state"] = isRevoked ? "revoked" : isExpired ? "expired" : "active";
  const whyNotNow = state === "active" ? null : `The API token is ${state}: nothing is answered to it.`;
  return { kind: "api_token", id, name, email: null, role, state, isUnattended, whyNotNow };
}

async function readTokens(db: Sql, now: Date, id?: string): Promise<Subject[]> {
  const rows = await db.query<TokenRecord>(
    `${TOKENS} ${id === undefined ? "" : "WHERE id = $2::uuid"} ORDER BY revoked_at IS NOT NULL OR coalesce(expires_at <= $1::timestamptz, false), lower(name), id LIMIT ${SUBJECTS_MAX}`,
    id === undefined ? [now] : [now, id],
  );
  return rows.map(subjectOfToken);
}

/** Admins and API tokens, those that can do something first. Needs `access:read`. */
export async function listSubjects(ctx: Context): Promise<Subject[]> {
  requirePermission(ctx, "access:read");
  const admins = (await readAdminRows(ctx.db, ctx.now)).map(subjectOfAdmin);
  admins.sort((a, b) => Number(a.whyNotNow !== null) - Number(b.whyNotNow !== null));
  return [...admins, ...(await readTokens(ctx.db, ctx.now))];
}

/** One of them. @throws {DomainError} NOT_FOUND */
export async function readSubject(
  { db, now }: Pick<Context, "db" | "now">,
  { kind, id }: { kind: SubjectKind; id: string },
): Promise<Subject> {
  if (kind === "admin") return subjectOfAdmin(await getAdminRow(db, { id, now }));
  const [token] = isUuid(id) ? await readTokens(db, now, id) : [];
  if (token === undefined) throw notFound("The API token");
  return token;
}

import { hasNoWayIn } from "../admins/let-go.ts";
import { getAdminRow, readAdminRows } from "../admins/list-admins.ts";
import { type AdminRow, SHUT_OUT_WORDS } from "../admins/model.ts";
import type { ApiTokenRow } from "../api-tokens/model.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import type { Subject, SubjectKind } from "./model.ts";

const SUBJECTS_MAX = 1_000;

function whyNotNowOf({ state, shutOut }: AdminRow): string | null {
  if (state === "active") return null;
  if (state === "disabled")
    return "Disabled: they cannot sign in, and nothing of this is theirs until they are enabled again.";
  if (shutOut !== null) return SHUT_OUT_WORDS[shutOut];
  return "They have not finished their enrolment yet, and cannot sign in.";
}

function subjectOfAdmin(admin: AdminRow): Subject {
  const { id, name, email, role, state } = admin;
  return {
    kind: "admin",
    id,
    name,
    email,
    role,
    creatorRole: null,
    state,
    isUnattended: false,
    whyNotNow: whyNotNowOf(admin),
  };
}

type TokenRecord = {
  id: string;
  name: string;
  role: Role;
  creatorRole: Role | null;
  isUnattended: boolean;
  isRevoked: boolean;
  isExpired: boolean;
  isCreatorDisabled: boolean;
};

const TOKENS = `
  SELECT t.id, t.name, t.role, t.is_unattended AS "isUnattended", a.role AS "creatorRole", t.revoked_at IS NOT NULL AS "isRevoked",
    coalesce(t.expires_at <= $1::timestamptz, false) AS "isExpired", a.disabled_at IS NOT NULL OR ${hasNoWayIn("a")} AS "isCreatorDisabled"
  FROM api_token t LEFT JOIN admin a ON a.id = t.created_by_id`;

const WHY_NOT: Record<Exclude<ApiTokenRow["state"], "active">, string> = {
  revoked: "The API token is revoked: nothing is answered to it.",
  expired: "The API token is expired: nothing is answered to it.",
  creator_disabled:
    "Whoever made the API token is disabled or cannot sign in: nothing is answered to it until they can.",
};

function stateOfToken({ isRevoked, isExpired, isCreatorDisabled }: TokenRecord): ApiTokenRow["state"] {
  if (isRevoked) return "revoked";
  if (isExpired) return "expired";
  return isCreatorDisabled ? "creator_disabled" : "active";
}

function subjectOfToken(record: TokenRecord): Subject {
  const { id, name, role, creatorRole, isUnattended } = record;
  const state = stateOfToken(record);
  const whyNotNow = state === "active" ? null : WHY_NOT[state];
  return { kind: "api_token", id, name, email: null, role, creatorRole, state, isUnattended, whyNotNow };
}

async function readTokens(db: Sql, now: Date, id?: string): Promise<Subject[]> {
  const rows = await db.query<TokenRecord>(
    `${TOKENS} ${id === undefined ? "" : "WHERE t.id = $2::uuid"} ORDER BY t.revoked_at IS NOT NULL OR coalesce(t.expires_at <= $1::timestamptz, false), lower(t.name), t.id LIMIT ${SUBJECTS_MAX}`,
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

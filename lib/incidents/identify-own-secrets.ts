import { can } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { OwnSecretKind } from "../scanners/model.ts";
import { IS_FOUND_AS, OWN_SECRETS_BY_HASH, ownSecretIsTaken } from "../scanners/own-secret-sql.ts";
import { ownersSeenBy } from "../scanners/owners-seen.ts";
import { caseStateSql } from "./case-state.ts";
import type { CaseName, IdentifiedOwnSecret, IdentifiedValue } from "./model.ts";

type Row = {
  hash: string;
  id: string;
  kind: OwnSecretKind;
  name: string;
  hint: string;
  ownerId: string;
  createdAt: Date;
  expiresAt: Date | null;
  isTaken: boolean;
  isHeld: boolean;
};

async function readCasesOf(ctx: Context, found: readonly Row[]): Promise<Map<string, CaseName[]>> {
  const cases = new Map<string, CaseName[]>();
  if (found.length === 0 || !can(ctx, "incident:read")) return cases;
  const of = (column: "id" | "ownerId" | "createdAt") => found.map((row) => row[column]);
  const rows = await run<CaseName & { id: string }>(
    ctx.db,
    sql`SELECT n.id, i.number, i.title, ${await caseStateSql(ctx)} AS state
      FROM (SELECT DISTINCT x.id, g.incident_id FROM unnest(${of("id")}::uuid[], ${of("ownerId")}::uuid[], ${of("createdAt")}::timestamptz[]) AS x(id, owner_id, created_at)
          JOIN leak_finding f ON f.owner_id = x.owner_id JOIN leak_report g ON g.id = f.report_id AND ${IS_FOUND_AS}) n
        JOIN incident i ON i.id = n.incident_id AND i.state <> 'closed' ORDER BY i.number DESC`,
  );
  for (const { id, number, title, state } of rows)
    cases.set(id, [...(cases.get(id) ?? []), { number, title, state }]);
  return cases;
}

/** Whose it is, as reports and cases name it to all who may read tokens; where and when it ends for who may see that page, and to all where an open case holds it, as that tells them. */
function shownTo(ctx: Context, row: Row, cases: CaseName[]): IdentifiedOwnSecret {
  const { kind, name, hint, ownerId, expiresAt } = row;
  const seen =
    cases.length > 0 || ownersSeenBy(ctx).includes(kind)
      ? { ownerId, expiresAt: expiresAt?.toISOString() ?? null }
      : { ownerId: null, expiresAt: null };
  return { kind, name, hint, cases, ...seen };
}

/** API tokens, and secrets of verifiers and scanners, among some hashes, by hash. Authorise before: this does not. */
export async function identifyOwnSecrets(
  ctx: Context,
  hashes: readonly string[],
): Promise<Map<string, IdentifiedValue>> {
  if (hashes.length === 0) return new Map();
  const rows = await run<Row>(
    ctx.db,
    sql`SELECT encode(x.hash, 'hex') AS hash, x.id, x.kind, x.name, x.hint, x.owner_id AS "ownerId", x.created_at AS "createdAt", x.expires_at AS "expiresAt", ${ownSecretIsTaken(ctx.now)} AS "isTaken", x.is_held AS "isHeld"
      FROM (SELECT DISTINCT decode(h, 'hex') AS hash FROM unnest(${hashes}::text[]) AS u(h)) h CROSS JOIN LATERAL ${OWN_SECRETS_BY_HASH} x`,
  );
  const cases = await readCasesOf(ctx, rows);
  return new Map(
    rows.map((row) => [
      row.hash,
      {
        is: !row.isTaken ? "ended" : row.isHeld ? "suspended" : "live",
        token: null,
        secret: null,
        own: shownTo(ctx, row, cases.get(row.id) ?? []),
      },
    ]),
  );
}

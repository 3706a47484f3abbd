import type { Sql } from "../db/sql.ts";
import { uuidv7Time } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { TokenRow } from "../tokens/model.ts";
import {
  readClockSkew,
  readPendingOrders,
  STATE_JOINS,
  type StateSql,
  stateSql,
} from "../tokens/state-sql.ts";
import { ROW_JOINS, rowColumns, type TokenRecord, tokenRowOf } from "../tokens/token-row.ts";
import { CASE_TOKENS_MAX } from "./model.ts";
import { type CaseScope, pickCaseTokens, type Reader } from "./pick-case-tokens.ts";
import { openedUntil } from "./read-taken-secrets.ts";

export type CaseTokens = {
  /** Newest first. */
  rows: TokenRow[];
  /** Those of them that were named, not for their family, user or client. */
  namedIds: string[];
  /** Those that were named and have left the register with their week since: their uses are in the log. */
  leftIds: string[];
  /** Whether there are more; see `pickCaseTokens` for which are left out. */
  isCut: boolean;
};

async function readSubjects(db: Sql, incidentId: string): Promise<CaseScope["subjects"]> {
  return run(
    db,
    sql`SELECT s.kind, s.target_id AS id, s.by_secret AS "bySecret", CASE WHEN s.by_secret THEN ${openedUntil("s")}::text END AS "openedUntil" FROM incident_subject s WHERE s.incident_id = ${incidentId}::uuid`,
  );
}

/** Rows by ids that are newest first; the partitions that hold none of them are left out. */
async function readRecords(db: Sql, ids: readonly string[], state: StateSql): Promise<TokenRecord[]> {
  const [newest, oldest] = [uuidv7Time(ids[0] ?? ""), uuidv7Time(ids.at(-1) ?? "")];
  if (newest === null || oldest === null) return [];
  return run<TokenRecord>(
    db,
    sql`SELECT ${rowColumns(state)} FROM unnest(${ids}::uuid[]) AS p(id)
      JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id AND t.issued_at >= ${oldest}::timestamptz
        AND t.issued_at <= ${newest}::timestamptz ${STATE_JOINS} ${ROW_JOINS}`,
  );
}

/** The tokens of what a case is about, `max` at most. Authorise before: this does not. */
export async function readTokensOf(
  ctx: Reader,
  scope: CaseScope,
  max: number = CASE_TOKENS_MAX,
): Promise<CaseTokens> {
  const { ids, namedIds, leftIds, isCut } = await pickCaseTokens(ctx, scope, max);
  const pending = await readPendingOrders(ctx.db, ctx.now);
  const records = await readRecords(ctx.db, ids, stateSql(pending, ctx.now, await readClockSkew(ctx.db)));
  const byId = new Map(records.map((record) => [record.id, record]));
  return {
    rows: ids.flatMap((id) => {
      const record = byId.get(id);
      return record === undefined ? [] : [tokenRowOf(record)];
    }),
    namedIds,
    leftIds,
    isCut,
  };
}

/** The tokens of a case. Authorise before: this does not. */
export async function readCaseTokens(
  ctx: Reader,
  { id, compromisedFrom }: { id: string; compromisedFrom: Date },
): Promise<CaseTokens> {
  return readTokensOf(ctx, { subjects: await readSubjects(ctx.db, id), compromisedFrom });
}

/** Tokens that work, or will again without anybody's doing. */
export function isLive({ state }: Pick<TokenRow, "state">): boolean {
  return state === "active" || state === "not_yet_valid";
}

import type { Sql } from "../db/sql.ts";
import { uuidv7Time } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { IS_CANCELLED } from "../revocations/order-row.ts";
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

export type CaseTokens = {
  /** Newest first. */
  rows: TokenRow[];
  /** Those that were named and have left the register with their week since: their uses are in the log. */
  leftIds: string[];
  isCut: boolean;
};

type Case = { id: string; compromisedFrom: Date };
/** Where to read, and when: inside of a transaction or not. */
export type Reader = { db: Sql; now: Date };

/** Their ids, newest first: a UUIDv7 carries its time. */
async function idsOf(ctx: Reader, { id, compromisedFrom }: Case): Promise<string[]> {
  const limit = sql`LIMIT ${CASE_TOKENS_MAX + 1}::int`;
  const rows = await run<{ id: string }>(
    ctx.db,
    sql`WITH subject AS MATERIALIZED (SELECT s.kind, s.target_id AS id FROM incident_subject s WHERE s.incident_id = ${id}::uuid),
        named AS MATERIALIZED (SELECT t.id, t.family_id FROM subject s JOIN token t ON t.issued_at = uuid_extract_timestamp(s.id) AND t.id = s.id
          WHERE s.kind = 'token'),
        family AS MATERIALIZED (SELECT n.family_id AS id FROM named n UNION SELECT s.id FROM subject s WHERE s.kind = 'family')
      SELECT id FROM (
        SELECT n.id FROM named n
        UNION (SELECT t.id FROM token t WHERE t.family_id = ANY (ARRAY (SELECT f.id FROM family f)) ${limit})
        UNION (SELECT t.id FROM token t WHERE t.user_id = ANY (ARRAY (SELECT s.id FROM subject s WHERE s.kind = 'user'))
          AND t.expires_at >= ${compromisedFrom}::timestamptz ORDER BY t.issued_at DESC ${limit})
        UNION (SELECT t.id FROM token t WHERE t.client_id = ANY (ARRAY (SELECT s.id FROM subject s WHERE s.kind = 'client'))
          AND t.expires_at >= ${compromisedFrom}::timestamptz ORDER BY t.issued_at DESC ${limit})) x
      ORDER BY id DESC ${limit}`,
  );
  return rows.map((row) => row.id);
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

/**
 * The tokens of a case: those that were named, and all of their families, because whoever held one could renew it; of a named user or client those that
 * lived in the window. Authorise before: this does not.
 */
export async function readCaseTokens(ctx: Reader, incident: Case): Promise<CaseTokens> {
  const ids = await idsOf(ctx, incident);
  const pending = await readPendingOrders(ctx.db, ctx.now);
  const shown = ids.slice(0, CASE_TOKENS_MAX);
  const records = await readRecords(ctx.db, shown, stateSql(pending, ctx.now, await readClockSkew(ctx.db)));
  const byId = new Map(records.map((record) => [record.id, record]));
  const left = await run<{ id: string }>(
    ctx.db,
    sql`SELECT s.target_id AS id FROM incident_subject s WHERE s.incident_id = ${incident.id}::uuid AND s.kind = 'token'
      AND s.target_id <> ALL (${ids}::uuid[]) LIMIT ${CASE_TOKENS_MAX}::int`,
  );
  return {
    rows: shown.flatMap((id) => {
      const record = byId.get(id);
      return record === undefined ? [] : [tokenRowOf(record)];
    }),
    // of a case that is cut nothing tells which of the others are there
    leftIds: ids.length > CASE_TOKENS_MAX ? [] : left.map(({ id }) => id),
    isCut: ids.length > CASE_TOKENS_MAX,
  };
}

/** Tokens that work, or will again without anybody's doing. */
export function isLive({ state }: Pick<TokenRow, "state">): boolean {
  return state === "active" || state === "not_yet_valid";
}

export type TokenEnd = {
  /** From when on it is refused; null while it works. */
  endedAt: string | null;
  /** Whether somebody took it back, rather than that it expired or was exchanged. */
  wasTakenBack: boolean;
};

/**
 * When each token of a case ended: a suspension by the case that was followed by a revocation counts from its own beginning. One that has left the register
 * ended with the case's first order, for all that is still known.
 */
export async function readEnds(
  ctx: Reader,
  incidentId: string,
  { rows, leftIds }: Pick<CaseTokens, "rows" | "leftIds">,
): Promise<Map<string, TokenEnd>> {
  const first = await run<{ id: string; from: Date }>(
    ctx.db,
    sql`SELECT t.id, min(o.effective_from) AS "from" FROM revocation_order o, unnest(${rows.map(({ id }) => id)}::uuid[]) AS p(id)
        JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id
      WHERE o.incident_id = ${incidentId}::uuid AND o.verb IN ('revoke', 'suspend') AND NOT ${IS_CANCELLED} AND order_reaches(o, t)
      GROUP BY t.id`,
  );
  const [order] =
    leftIds.length === 0
      ? []
      : await run<{ from: Date | null }>(
          ctx.db,
          sql`SELECT min(o.effective_from) AS "from" FROM revocation_order o WHERE o.incident_id = ${incidentId}::uuid AND o.verb = 'revoke'`,
        );
  const ofLeft = { endedAt: order?.from?.toISOString() ?? null, wasTakenBack: Boolean(order?.from) };
  const byCase = new Map(first.map(({ id, from }) => [id, from.toISOString()]));
  return new Map([
    ...leftIds.map((id) => [id, ofLeft] as const),
    ...rows.map((row) => {
      const wasTakenBack = row.state === "revoked" || row.state === "suspended";
      const from = byCase.get(row.id);
      const isEarlier = wasTakenBack && from !== undefined && row.endedAt !== null && from < row.endedAt;
      return [row.id, { endedAt: isEarlier ? from : row.endedAt, wasTakenBack }] as const;
    }),
  ]);
}

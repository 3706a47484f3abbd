import { prepared, type Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";
import { type OrderSubject, type TargetKind, type Verdict, verdictOf } from "../revocations/model.ts";
import { type DecidingRecord, orderOfRecord } from "../revocations/order-of-record.ts";
import { targetsOf } from "../revocations/targets-of.ts";

type OrderRecord = DecidingRecord & {
  /** Of a frozen selection: the subject that is in it. */
  selectedId: string | null;
  clock: Date;
};

const ORDERS = prepared(`
  SELECT o.id, o.position, o.verb, o.target_kind AS "targetKind", o.target_id AS "targetId", o.cutoff, o.effective_from AS "effectiveFrom",
     o.created_at AS "createdAt", o.expires_at AS "expiresAt", o.reason, o.cancels_id AS "cancelsId", k.selected AS "selectedId",
     clock_timestamp()::timestamptz(3) AS clock
   FROM (SELECT kind, id, NULL::uuid AS selected FROM unnest($1::text[], $2::text[]) AS n(kind, id)
     UNION ALL SELECT 'selection', s.selection_id::text, s.token_id FROM selection_token s WHERE s.token_id = ANY ($3::uuid[])) k
   JOIN revocation_order o ON o.target_kind = k.kind AND o.target_id = k.id`);

/**
 * The standing of tokens under every order that the database has now, not the process's memory: for an exchange, just before it commits.
 * The strictest verdict over all subjects.
 */
export async function readVerdict(
  sql: Sql,
  subjects: readonly OrderSubject[],
  nowMs: number,
): Promise<Verdict> {
  const targets = new Map<string, [TargetKind, string]>();
  for (const subject of subjects)
    for (const [kind, id] of targetsOf(subject)) targets.set(`${kind} ${id}`, [kind, id]);
  const pairs = [...targets.values()];
  const records = await sql.query<OrderRecord>(ORDERS, [
    pairs.map(([kind]) => kind),
    pairs.map(([, id]) => id),
    subjects.map((subject) => subject.id).filter(isUuid),
  ]);
  const orders = records.map(orderOfRecord);
  // an order is in force from the later of two clocks on: the slower one must not miss it
  const at = Math.max(nowMs, records[0]?.clock.getTime() ?? nowMs);
  const verdicts = subjects.map((subject) => {
    const own = records.filter((record) => record.selectedId === subject.id);
    const selectionIds = own.map((record) => record.targetId);
    return verdictOf(orders, { ...subject, selectionIds }, at);
  });
  return (
    verdicts.find((verdict) => verdict.isRevoked) ??
    verdicts.find((verdict) => verdict.isSuspended) ?? { isRevoked: false, isSuspended: false, order: null }
  );
}

import { ENTRY_COLUMNS, type EntryRecord, entryRowOf } from "../audit/entry-record.ts";
import type { AuditEntryDetail } from "../audit/model.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getEnv } from "../env.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { getOrderPropagation } from "../propagation/get-order-propagation.ts";
import type { OrderRow } from "../revocations/model.ts";
import { readCaseTokens, readEnds } from "./case-tokens.ts";
import { EVIDENCE_FORMAT, type EvidencePack, hashedOf, type OrderReach, packHashOf } from "./evidence.ts";
import { getBlastRadius } from "./get-blast-radius.ts";
import { readDetail } from "./get-incident.ts";
import { type IncidentRecord, incidentTarget, readIncident } from "./incident-row.ts";
import { listIncidentOrders } from "./list-incident-orders.ts";
import { PHASE_WORDS, PHASES } from "./model.ts";
import { readCaseUses } from "./read-case-uses.ts";

/** What one file holds of each. */
const TOKENS_MAX = 1_000;
const LINES_OF_A_PHASE = 1_000;
const ACTS_MAX = 1_000;
const REACHES_MAX = 10;

type DetailRecord = EntryRecord & {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  userAgent: string | null;
};

/** The acts of the case: upon itself, and those that placed its orders. */
async function readActs(
  ctx: Context,
  incident: IncidentRecord,
  orders: readonly OrderRow[],
): Promise<{ rows: AuditEntryDetail[]; leftOut: number }> {
  const targets = [["incident", incident.id], ...orders.map(({ target }) => [target.kind, target.id])];
  const records = await run<DetailRecord>(
    ctx.db,
    sql`SELECT ${ENTRY_COLUMNS}, e.before, e.after, e.user_agent AS "userAgent" FROM audit_entry e
      WHERE (e.target_kind, e.target_id) IN (SELECT * FROM unnest(${targets.map(([kind]) => kind as string)}::text[], ${targets.map(([, id]) => id as string)}::text[]))
        AND (e.target_kind = 'incident' OR e.after ->> 'orderId' = ANY (${orders.map(({ id }) => id)}::text[]))
      ORDER BY e.sequence DESC LIMIT ${ACTS_MAX + 1}::int`,
  );
  const rows = records
    .slice(0, ACTS_MAX)
    .reverse()
    .map((record) => ({
      ...entryRowOf(record),
      before: record.before,
      after: record.after,
      userAgent: record.userAgent,
    }));
  return { rows, leftOut: Math.max(0, records.length - ACTS_MAX) };
}

async function readReach(ctx: Context, orders: readonly OrderRow[]): Promise<OrderReach[]> {
  const inForce = orders.filter(
    ({ verb, standing }) => verb !== "restore" && verb !== "cancel" && standing === "in_force",
  );
  return Promise.all(
    inForce.slice(0, REACHES_MAX).map(async ({ id }) => {
      const { reached, open, everywhereAt, lastTokenAt, rows } = await getOrderPropagation(ctx, id);
      const openVerifiers = rows
        .filter(({ state }) => state === "open")
        .map(({ name, until, says }) => ({ name, until, says }));
      return { orderId: id, reached, open, everywhereAt, lastTokenAt, openVerifiers };
    }),
  );
}

/**
 * The evidence of a case as one record: what leaked, whom and what it affected, the orders and how far they have come, the uses before, during and after,
 * and who did what in the case. No values of tokens, and no hashes of values. What does not fit is counted and said. Needs `incident:read`, `audit:read`,
 * `token:read`, `order:read`, `verifier:read` and `export:create`. Recorded as `incident.evidence_exported`, with the pack's own hash, before it is given out.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, UNAVAILABLE where the export cannot be recorded
 */
export async function exportEvidence(
  ctx: Context,
  { number, as }: { number: number; as: "html" | "json" },
): Promise<EvidencePack> {
  requirePermission(ctx, "incident:read");
  requirePermission(ctx, "audit:read");
  // who may read cases may know that one is not there
  const incident = await readIncident(ctx.db, number);
  requirePermission(ctx, "export:create");
  const tokens = await readCaseTokens(ctx, incident);
  const { rows, isCut } = tokens;
  const orders = await listIncidentOrders(ctx, number);
  const [detail, blastRadius, uses, acts, reach] = await Promise.all([
    readDetail(ctx.db, incident),
    getBlastRadius(ctx, number),
    readEnds(ctx, incident.id, tokens).then((ends) => readCaseUses(ctx, incident, ends, LINES_OF_A_PHASE)),
    readActs(ctx, incident, orders),
    readReach(ctx, orders),
  ]);
  const states: Record<string, number> = {};
  for (const { state } of rows) states[state] = (states[state] ?? 0) + 1;
  const people = new Map(rows.flatMap(({ user }) => (user === null ? [] : [[user.id, user.email] as const])));
  const services = new Map(rows.map(({ client }) => [client.id, client.clientId] as const));
  const hashed = {
    incident: hashedOf(detail),
    tokens: rows.slice(0, TOKENS_MAX).map(hashedOf),
    orders: orders.map(hashedOf),
    uses: uses.rows.map(hashedOf),
    acts: acts.rows.map(hashedOf),
  };
  const pack: EvidencePack = {
    format: EVIDENCE_FORMAT,
    generatedAt: ctx.now.toISOString(),
    generatedBy: { kind: ctx.actor.kind, id: ctx.actor.id, name: ctx.actor.name },
    environment: getEnv().environmentName,
    incident: hashed.incident,
    affected: {
      people: [...people].map(([id, name]) => ({ id, name })).slice(0, TOKENS_MAX),
      services: [...services].map(([id, name]) => ({ id, name })).slice(0, TOKENS_MAX),
      audiences: blastRadius.audiences.map(({ name }) => name),
      permissions: blastRadius.permissions.map(({ name }) => name),
      verifiers: blastRadius.verifiers.map(({ id, name }) => ({ id, name })),
    },
    tokens: { total: rows.length, states, isCut, rows: hashed.tokens },
    blastRadius,
    orders: hashed.orders,
    reach,
    uses: { ...uses, rows: hashed.uses },
    acts: hashed.acts,
    actsLeftOut: acts.leftOut,
    truncated: [
      ...(isCut ? [`The case has more tokens than are looked at; the newest ${rows.length} count.`] : []),
      ...(rows.length > TOKENS_MAX ? [`Of ${rows.length} tokens the newest ${TOKENS_MAX} are listed.`] : []),
      ...(tokens.leftIds.length > 0
        ? [
            `${tokens.leftIds.length} of the named tokens have left the register with their week; their uses count, from the log.`,
          ]
        : []),
      ...(uses.isExact ? [] : ["There are more uses than were looked at; the newest count."]),
      ...PHASES.flatMap((phase) =>
        uses.more[phase] > 0
          ? [
              `${PHASE_WORDS[phase].name}: the newest ${LINES_OF_A_PHASE} of ${uses.counts[phase].uses} uses are listed.`,
            ]
          : [],
      ),
      ...(acts.leftOut > 0 ? [`Of the acts the newest ${ACTS_MAX} are listed.`] : []),
    ],
    integrity: packHashOf([
      hashed.incident,
      ...hashed.tokens,
      ...hashed.orders,
      ...hashed.uses,
      ...hashed.acts,
    ]),
  };
  await ctx.db.transaction((tx) =>
    recordEntry(tx, ctx, {
      act: "incident.evidence_exported",
      target: incidentTarget(incident),
      after: { as, records: pack.integrity.records, sha256: pack.integrity.sha256 },
    }),
  );
  return pack;
}

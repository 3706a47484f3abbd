import { ENTRY_DETAIL_COLUMNS, type EntryDetailRecord, entryDetailOf } from "../audit/entry-record.ts";
import type { AuditEntryDetail } from "../audit/model.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import { Places } from "../bounds/places.ts";
import type { Context } from "../context.ts";
import { getEnv } from "../env.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { getOrderPropagation } from "../propagation/get-order-propagation.ts";
import { coverRecords } from "../seals/cover-records.ts";
import { makeRecordProofs } from "../seals/make-record-proofs.ts";
import type { ActToProve } from "../seals/prove-acts.ts";
import type { RecordProofs } from "../seals/record-proofs.ts";
import { readCaseTokens } from "./case-tokens.ts";
import {
  EVIDENCE_FORMAT,
  EVIDENCE_LEFT,
  type EvidenceAct,
  type EvidencePack,
  hashedOf,
  type OrderReach,
  packOf,
} from "./evidence.ts";
import { cutsOf } from "./evidence-cuts.ts";
import { readWaitingFile, spendFile } from "./evidence-file.ts";
import { evidenceHtml, pageSha256 } from "./evidence-html.ts";
import { standingOf } from "./evidence-standing.ts";
import { getBlastRadius } from "./get-blast-radius.ts";
import { readDetail } from "./get-incident.ts";
import { type IncidentRecord, incidentTarget, readIncident } from "./incident-row.ts";
import { listIncidentOrders } from "./list-incident-orders.ts";
import { type IncidentOrder, PACK_TOKENS_MAX, type PackFormat } from "./model.ts";
import { readCaseUses } from "./read-case-uses.ts";
import { readLeakedActsWhole } from "./read-leaked-acts.ts";
import { readRefusals } from "./read-refusals.ts";
import { readLeakedOfClients } from "./read-taken-secrets.ts";
import { PACK_PERMISSIONS } from "./release-evidence.ts";

/** What one file holds of each. */
const LINES_OF_A_PHASE = 1_000;
const ACTS_MAX = 1_000;
const REACHES_MAX = 10;

/** Packs that are made at once in a process, one of each who asks: what one holds is bounded, and so is what all of them do. */
const places = new Places({
  known: 2,
  strangers: 0,
  perAddress: 1,
  waiting: 16,
  waitMs: 30_000,
  busy: () =>
    new DomainError("UNAVAILABLE", "Several evidence packs are being made. Export it again in a minute."),
});

/** The acts of the case: upon itself, and those that placed its orders. */
async function readActs(
  ctx: Context,
  incident: IncidentRecord,
  orders: readonly IncidentOrder[],
): Promise<{ rows: AuditEntryDetail[]; total: number }> {
  const targets = [["incident", incident.id], ...orders.map(({ target }) => [target.kind, target.id])];
  const records = await run<EntryDetailRecord & { total: number }>(
    ctx.db,
    sql`SELECT ${ENTRY_DETAIL_COLUMNS}, count(*) OVER ()::int AS total FROM audit_entry e
      WHERE (e.target_kind, e.target_id) IN (SELECT * FROM unnest(${targets.map(([kind]) => kind as string)}::text[], ${targets.map(([, id]) => id as string)}::text[]))
        AND (e.target_kind = 'incident' OR e.after ->> 'orderId' = ANY (${orders.map(({ id }) => id)}::text[]))
      ORDER BY e.sequence DESC LIMIT ${ACTS_MAX}::int`,
  );
  const rows = records.toReversed().map(entryDetailOf);
  return { rows, total: records[0]?.total ?? 0 };
}

/** The acts of a case and of its leaked API tokens, each once, in the order of the log. */
function inOrder<Row extends AuditEntryDetail>(...of: readonly (readonly Row[])[]): Row[] {
  const each = new Map(of.flat().map((row) => [row.id, row]));
  return [...each.values()].sort((one, other) => (BigInt(one.sequence) < BigInt(other.sequence) ? -1 : 1));
}

async function countNotes(ctx: Context, incidentId: string): Promise<number> {
  const [row] = await run<{ count: number }>(
    ctx.db,
    sql`SELECT count(*)::int AS count FROM incident_note n WHERE n.incident_id = ${incidentId}::uuid`,
  );
  return row?.count ?? 0;
}

async function readReach(ctx: Context, inForce: readonly IncidentOrder[]): Promise<OrderReach[]> {
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
 * The evidence of a case as one record, for who let it out (`releaseEvidence`), once: what leaked, whom and what it affected, the orders and how far they have come, the uses before, during and after,
 * and who did what in the case. No values of tokens, and no hashes of values. What does not fit is counted and said: it holds at once
 * CASE_TOKENS_MAX tokens at most (twice, with what they open), 4,000 uses and the addresses of the 200,000 that are looked at, 1,000 acts of the case and as many of its leaked API tokens, and what `makeRecordProofs` does, of a log of any size. Waits some seconds
 * at most for the seals and the checkpoint that prove what is newest in it, and for the one that proves that this very pack left. Needs `export:create` and the right to read what is in it. Recorded as `incident.evidence_exported`, with the pack's own hash, before it is given out.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, GONE where it was fetched or waited for too long, UNAVAILABLE where the export cannot be recorded, or many are made at once
 */
export async function exportEvidence(
  ctx: Context,
  { number, id }: { number: number; id: string },
): Promise<{ pack: EvidencePack; format: PackFormat }> {
  for (const permission of PACK_PERMISSIONS) requirePermission(ctx, permission);
  // who may read cases may know that one is not there
  const incident = await readIncident(ctx.db, number);
  requirePermission(ctx, "export:create");
  const format = await readWaitingFile(ctx, { id, incidentId: incident.id });
  const caller = { of: "packs", from: ctx.actor.id, isKnown: true };
  return places.within(caller, async () => ({ pack: await leave(ctx, { incident, id, format }), format }));
}

/** Makes a pack and records that it leaves. */
async function leave(
  ctx: Context,
  { incident, id, format }: { incident: IncidentRecord; id: string; format: PackFormat },
): Promise<EvidencePack> {
  const pack = await makePack(ctx, incident);
  const { records, sha256 } = pack.integrity;
  const page = format === "html" ? { pageSha256: pageSha256(evidenceHtml(pack)) } : {};
  const act = await ctx.db.transaction(async (tx) => {
    await spendFile(tx, id, ctx.now);
    const entryId = await recordEntry(tx, ctx, {
      act: EVIDENCE_LEFT,
      target: incidentTarget(incident),
      after: { as: format, records, sha256, ...page },
    });
    const [entry] = await tx.query<ActToProve>("SELECT sequence, at FROM audit_entry WHERE id = $1::uuid", [
      entryId,
    ]);
    return entry;
  });
  return { ...pack, integrity: { ...pack.integrity, log: await proofOfAct(ctx, act) } };
}

/** The proof that the log has an act on record, from the next checkpoint on; null where none comes. */
async function proofOfAct({ db }: Context, act: ActToProve | undefined): Promise<RecordProofs | null> {
  if (act === undefined) return null;
  const toProve = { uses: [], acts: [act] };
  await coverRecords(db, toProve);
  const proofs = await makeRecordProofs(db, toProve);
  return proofs.acts.length === 0 ? null : proofs;
}

async function makePack(ctx: Context, incident: IncidentRecord): Promise<EvidencePack> {
  const { number } = incident;
  const tokens = await readCaseTokens(ctx, incident);
  const { rows, isCut } = tokens;
  const { rows: orders, leftOut } = await listIncidentOrders(ctx, number);
  const inForce = orders.filter(
    ({ verb, standing }) => verb !== "restore" && verb !== "cancel" && standing === "in_force",
  );
  const [detail, blastRadius, uses, ofCase, { rows: leaked, ...leakedActs }, reach, notes] =
    await Promise.all([
      readDetail(ctx, incident),
      getBlastRadius(ctx, number),
      readRefusals(ctx, incident.id, tokens).then((refusals) =>
        readCaseUses(ctx, incident, refusals, LINES_OF_A_PHASE),
      ),
      readActs(ctx, incident, orders),
      readLeakedActsWhole(ctx, incident, ACTS_MAX),
      readReach(ctx, inForce),
      countNotes(ctx, incident.id),
    ]);
  const acts = inOrder<EvidenceAct>(ofCase.rows, leaked);
  const states: Record<string, number> = {};
  for (const { state } of rows) states[state] = (states[state] ?? 0) + 1;
  const people = new Map(rows.flatMap(({ user }) => (user === null ? [] : [[user.id, user.email] as const])));
  const services = new Map(rows.map(({ client }) => [client.id, client.clientId] as const));
  const affected = {
    people: [...people].map(([id, name]) => ({ id, name })).slice(0, PACK_TOKENS_MAX),
    services: [...services].map(([id, name]) => ({ id, name })).slice(0, PACK_TOKENS_MAX),
    audiences: blastRadius.audiences.map(({ name }) => name),
    permissions: blastRadius.permissions.map(({ name }) => name),
    verifiers: blastRadius.verifiers.map(({ id, name }) => ({ id, name })),
  };
  const listed = rows.slice(0, PACK_TOKENS_MAX);
  const toProve = {
    uses: uses.rows.map(({ id, receivedAt, chain: { writer, flush } }) => ({
      id,
      receivedAt: new Date(receivedAt),
      writer,
      flush: BigInt(flush),
    })),
    acts: acts.map(({ sequence, at }) => ({ sequence: BigInt(sequence), at: new Date(at) })),
  };
  await coverRecords(ctx.db, toProve);
  const proofs = await makeRecordProofs(ctx.db, toProve);
  return packOf({
    format: EVIDENCE_FORMAT,
    generatedAt: ctx.now.toISOString(),
    generatedBy: { kind: ctx.actor.kind, id: ctx.actor.id, name: ctx.actor.name },
    environment: getEnv().environmentName,
    incident: hashedOf(detail),
    affected,
    standing: standingOf(tokens, reach, await readLeakedOfClients(ctx, incident.id), detail.ownSecrets),
    tokens: { total: rows.length, states, isCut, rows: listed.map(hashedOf) },
    blastRadius,
    orders: orders.map(hashedOf),
    reach,
    uses: { ...uses, rows: uses.rows.map(hashedOf) },
    acts: acts.map(hashedOf),
    proofs,
    actsLeftOut: ofCase.total - ofCase.rows.length,
    ...(detail.ownSecrets.length === 0 ? {} : { leakedActs }),
    truncated: cutsOf({
      incident: detail,
      notes: { listed: detail.notes.length, of: notes },
      tokens: { listed: listed.length, of: rows.length, isCut },
      left: tokens.leftIds.length,
      people: { listed: affected.people.length, of: people.size },
      services: { listed: affected.services.length, of: services.size },
      orders: { listed: orders.length, of: orders.length + leftOut },
      reach: { listed: reach.length, of: inForce.length },
      blastRadius,
      uses,
      acts: { listed: ofCase.rows.length, of: ofCase.total },
      leakedActs: { listed: leaked.length, of: leaked.length + leakedActs.more, isExact: leakedActs.isExact },
      costly: [...(proofs.unproved?.uses ?? []), ...(proofs.unproved?.acts ?? [])].filter(
        ({ why }) => why === "costly",
      ).length,
    }),
  });
}

import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import type { IncidentState } from "../incidents/model.ts";
import { holdMutes } from "./hold-mutes.ts";
import type { Raised } from "./judge-events.ts";
import { keepUses } from "./keep-uses.ts";
import { CROWD_FROM, type DetectionState, USES_KEPT } from "./model.ts";
import { recordRaised } from "./record-raised.ts";
import { RULES } from "./rules.ts";
import { type ToldDetection, tellDetections } from "./tell-detections.ts";
import { followsOrder, readEndsByOrder, tellOfOrders } from "./tell-of-orders.ts";

type Current = {
  id: string;
  rule: string;
  subjectKind: string;
  subjectId: string;
  state: DetectionState;
  muteId: string | null;
  count: bigint;
  caseState: IncidentState | null;
};
type Mute = { id: string; rule: string; clientId: string | null; tokenId: string | null };

const CURRENT = `
  SELECT d.id, d.rule, d.subject_kind AS "subjectKind", d.subject_id AS "subjectId", d.state, d.mute_id AS "muteId", d.count, i.state AS "caseState"
  FROM unnest($1::text[], $2::text[], $3::text[]) AS r(rule, kind, id)
    JOIN detection d ON d.rule = r.rule AND d.subject_kind = r.kind AND d.subject_id = r.id AND d.is_current
    LEFT JOIN incident i ON i.id = d.incident_id
  ORDER BY d.id FOR UPDATE OF d`;

const MUTES = `
  SELECT m.id, m.rule, m.client_id AS "clientId", m.token_id AS "tokenId" FROM detection_mute m
  WHERE (m.client_id = ANY ($1::uuid[]) OR m.token_id = ANY ($2::uuid[])) AND m.ended_at IS NULL AND m.ends_at > $3::timestamptz`;

const CROWDS = `
  SELECT d.rule, d.client_id AS "clientId", count(*)::int AS count FROM detection d
  WHERE d.client_id = ANY ($1::uuid[]) AND d.is_current AND d.state = 'open' AND d.subject_kind <> 'client' GROUP BY d.rule, d.client_id`;

const ADD = `
  UPDATE detection d SET count = d.count + a.count, first_at = least(d.first_at, a.first_at), last_at = greatest(d.last_at, a.last_at), facts = a.facts,
    token_id = CASE WHEN d.subject_kind = 'client' THEN a.token_id ELSE d.token_id END, state = a.state, mute_id = a.mute_id
  FROM json_to_recordset($1::json) AS a(id uuid, count bigint, first_at timestamptz, last_at timestamptz, facts jsonb, token_id uuid, state text, mute_id uuid)
  WHERE d.id = a.id`;

const OPEN = `
  INSERT INTO detection (id, rule, severity, state, subject_kind, subject_id, token_id, family_id, client_id, user_id, first_at, last_at, found_at, count, facts, mute_id)
  SELECT o.id, o.rule, o.severity, o.state, o.subject_kind, o.subject_id, o.token_id, o.family_id, o.client_id, o.user_id, o.first_at, o.last_at,
    $2::timestamptz, o.count, o.facts, o.mute_id
  FROM json_to_recordset($1::json) AS o(id uuid, rule text, severity text, state text, subject_kind text, subject_id text, token_id uuid, family_id uuid,
    client_id uuid, user_id uuid, first_at timestamptz, last_at timestamptz, count bigint, facts jsonb, mute_id uuid)`;

const PAST = "UPDATE detection SET is_current = false WHERE id = ANY ($1::uuid[])";

function keyOf(rule: string, kind: string, id: string): string {
  return `${rule} ${kind} ${id}`;
}

const keyOfRaised = ({ rule, subject }: Raised) => keyOf(rule, subject.kind, subject.id);

async function readCurrent(tx: Sql, raised: readonly Raised[]): Promise<Map<string, Current>> {
  const rows = await tx.query<Current>(CURRENT, [
    raised.map(({ rule }) => rule),
    raised.map(({ subject }) => subject.kind),
    raised.map(({ subject }) => subject.id),
  ]);
  return new Map(rows.map((row) => [keyOf(row.rule, row.subjectKind, row.subjectId), row]));
}

/** The mutes that hold now, to be asked what of a finding. */
async function readMutes(tx: Sql, raised: readonly Raised[], now: Date) {
  const ids = (of: "clientId" | "tokenId") => [...new Set(raised.flatMap((one) => one[of] ?? []))];
  const mutes = await tx.query<Mute>(MUTES, [ids("clientId"), ids("tokenId"), now]);
  const byThing = new Map(mutes.map((mute) => [`${mute.rule} ${mute.clientId ?? mute.tokenId}`, mute.id]));
  return {
    ofClient: ({ rule, clientId }: Raised) => byThing.get(`${rule} ${clientId}`) ?? null,
    ofToken: ({ rule, tokenId }: Raised) => byThing.get(`${rule} ${tokenId}`) ?? null,
  };
}

/** The same finding, of the client instead of one of its many tokens. */
function ofClient(one: Raised, clientId: string): Raised {
  return { ...one, subject: { kind: "client", id: clientId }, familyId: null, userId: null };
}

function merge(raised: readonly Raised[]): Raised[] {
  const merged = new Map<string, Raised>();
  for (const one of raised) {
    const before = merged.get(keyOfRaised(one));
    if (before === undefined) merged.set(keyOfRaised(one), { ...one, uses: [...one.uses] });
    else {
      const isLater = one.lastAt >= before.lastAt;
      before.count += one.count;
      before.uses.push(...one.uses);
      if (one.firstAt < before.firstAt) before.firstAt = one.firstAt;
      if (isLater) Object.assign(before, { lastAt: one.lastAt, facts: one.facts, tokenId: one.tokenId });
    }
  }
  return [...merged.values()];
}

/**
 * Keeps what is found a list that a person can read: of a client that is muted, or of whose tokens many are on it already, what is found of a further token is
 * found of the client.
 */
async function crowd(
  tx: Sql,
  raised: readonly Raised[],
  current: ReadonlyMap<string, Current>,
  isMuted: (one: Raised) => boolean,
): Promise<Raised[]> {
  const fresh = raised.filter((one) => one.clientId !== null && !current.has(keyOfRaised(one)));
  if (fresh.length === 0) return [...raised];
  const clientIds = [...new Set(fresh.flatMap(({ clientId }) => clientId ?? []))];
  const open = new Map<string, number>();
  for (const { rule, clientId, count } of await tx.query<{ rule: string; clientId: string; count: number }>(
    CROWDS,
    [clientIds],
  ))
    open.set(`${rule} ${clientId}`, count);
  const kept = raised.map((one) => {
    const { rule, clientId } = one;
    if (clientId === null || current.has(keyOfRaised(one))) return one;
    if (isMuted(one)) return ofClient(one, clientId);
    const there = open.get(`${rule} ${clientId}`) ?? 0;
    if (there >= CROWD_FROM) return ofClient(one, clientId);
    open.set(`${rule} ${clientId}`, there + 1);
    return one;
  });
  return merge(kept);
}

/**
 * Writes what was found: the same finding of the same thing adds to what is there, muted or in a case too; one of a closed case begins anew. The caller holds the
 * reader's row, so that nobody else raises at once.
 */
export async function raiseDetections(tx: Sql, found: readonly Raised[], now: Date): Promise<void> {
  if (found.length === 0) return;
  await holdMutes(tx);
  const mutes = await readMutes(tx, found, now);
  // before they are held together: what follows from an order is counted token by token
  const isMuted = (one: Raised) => mutes.ofClient(one) !== null || mutes.ofToken(one) !== null;
  const ends = await readEndsByOrder(
    tx,
    found.filter((one) => !isMuted(one)),
  );
  await tellOfOrders(tx, found, ends, now);
  const raised = await crowd(tx, found, await readCurrent(tx, found), (one) => mutes.ofClient(one) !== null);
  const current = await readCurrent(tx, raised);
  const [added, opened, past]: [object[], object[], string[]] = [[], [], []];
  const told: ToldDetection[] = [];
  const isOpenNow: string[] = [];
  const counted: Parameters<typeof keepUses>[1][number][] = [];
  for (const one of raised) {
    const before = current.get(keyOfRaised(one));
    const muteId = mutes.ofClient(one) ?? (one.subject.kind === "client" ? null : mutes.ofToken(one));
    const state: DetectionState = muteId === null ? "open" : "muted";
    const { count, facts, tokenId } = one;
    const common = { count, facts, token_id: tokenId, first_at: one.firstAt, last_at: one.lastAt };
    if (before !== undefined && before.caseState !== "closed") {
      const isInCase = before.state === "in_case";
      const isMuteOver = before.state === "muted" && state === "open";
      if (isMuteOver) isOpenNow.push(before.id);
      if (isMuteOver && !followsOrder(ends, one))
        told.push({
          id: before.id,
          rule: one.rule,
          subjectKind: one.subject.kind,
          clientId: one.clientId,
          afterMute: before.muteId,
        });
      counted.push(countedOf(before.id, one, Number(before.count)));
      added.push({
        ...common,
        id: before.id,
        state: isInCase ? "in_case" : state,
        mute_id: isInCase ? null : muteId,
      });
      continue;
    }
    if (before !== undefined) past.push(before.id);
    const id = uuidv7(now);
    counted.push(countedOf(id, one, 0));
    if (state === "open") isOpenNow.push(id);
    if (state === "open" && !followsOrder(ends, one))
      told.push({ id, rule: one.rule, subjectKind: one.subject.kind, clientId: one.clientId });
    opened.push({
      ...common,
      id,
      rule: one.rule,
      severity: RULES[one.rule].severity,
      state,
      subject_kind: one.subject.kind,
      subject_id: one.subject.id,
      family_id: one.familyId,
      client_id: one.clientId,
      user_id: one.userId,
      mute_id: muteId,
    });
  }
  if (past.length > 0) await tx.query(PAST, [past]);
  if (added.length > 0) await tx.query(ADD, [JSON.stringify(added)]);
  if (opened.length > 0) await tx.query(OPEN, [JSON.stringify(opened), now]);
  await keepUses(tx, counted);
  if (told.length > 0) await tellDetections(tx, told, now);
  await recordRaised(tx, isOpenNow, now);
}

/** A burst has uses by the hundred for each time that it is counted. */
function countedOf(detectionId: string, { rule, count, uses }: Raised, before: number) {
  return { detectionId, uses, isMany: rule === "burst" || before + count > USES_KEPT };
}

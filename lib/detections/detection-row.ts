import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { readCaseStates } from "../incidents/case-state.ts";
import type { IncidentState, Severity } from "../incidents/model.ts";
import type { Reader } from "../incidents/pick-case-tokens.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { shortId } from "../tokens/model.ts";
import {
  type DetectionMute,
  type DetectionRow,
  type DetectionState,
  RULE_WORDS,
  type RuleName,
  type SubjectKind,
} from "./model.ts";
import type { Facts } from "./rule.ts";
import { RULES } from "./rules.ts";

/** A row of DETECTION_FROM as DETECTION_COLUMNS gives it. */
export type DetectionRecord = {
  id: string;
  rule: RuleName;
  severity: Severity;
  state: DetectionState;
  subjectKind: SubjectKind;
  subjectId: string;
  tokenId: string | null;
  familyId: string | null;
  clientUuid: string | null;
  clientId: string | null;
  clientName: string | null;
  userId: string | null;
  email: string | null;
  verifierName: string | null;
  firstAt: Date;
  lastAt: Date;
  foundAt: Date;
  count: bigint;
  facts: Facts;
  incidentNumber: number | null;
  incidentTitle: string | null;
  incidentId: string | null;
  incidentState: IncidentState | null;
  muteId: string | null;
  muteTokenId: string | null;
  muteClientId: string | null;
  muteReason: string | null;
  muteCreatedAt: Date | null;
  muteEndsAt: Date | null;
  muteById: string | null;
  muteByName: string | null;
};

export const DETECTION_FROM = sql`detection d LEFT JOIN client c ON c.id = d.client_id LEFT JOIN user_account u ON u.id = d.user_id
  LEFT JOIN incident i ON i.id = d.incident_id LEFT JOIN detection_mute m ON m.id = d.mute_id
  LEFT JOIN verifier v ON v.id = CASE WHEN d.subject_kind = 'verifier' THEN d.subject_id::uuid END`;

export const DETECTION_COLUMNS = sql`d.rule, d.severity, d.state, d.subject_kind AS "subjectKind", d.subject_id AS "subjectId", d.token_id AS "tokenId",
  d.family_id AS "familyId", d.client_id AS "clientUuid", c.client_id AS "clientId", c.name AS "clientName", d.user_id AS "userId", u.email, v.name AS "verifierName",
  d.first_at AS "firstAt", d.last_at AS "lastAt", d.found_at AS "foundAt", d.count, d.facts, i.number AS "incidentNumber", i.title AS "incidentTitle",
  i.id AS "incidentId", i.state AS "incidentState", m.id AS "muteId", m.token_id AS "muteTokenId", m.client_id AS "muteClientId", m.reason AS "muteReason",
  m.created_at AS "muteCreatedAt", m.ends_at AS "muteEndsAt", m.by_id AS "muteById", m.by_name AS "muteByName"`;

function clientOf({ clientUuid, clientId, clientName }: DetectionRecord): DetectionRow["client"] {
  if (clientUuid === null) return null;
  // what is gone goes by its id
  const name = clientId ?? shortId(clientUuid);
  return { id: clientUuid, clientId: name, name: clientName ?? name };
}

function muteOf(record: DetectionRecord): DetectionMute | null {
  const { muteId, muteCreatedAt, muteEndsAt } = record;
  if (muteId === null || muteCreatedAt === null || muteEndsAt === null) return null;
  const client = clientOf(record);
  return {
    id: muteId,
    rule: record.rule,
    client:
      record.muteClientId === null || client === null ? null : { id: client.id, clientId: client.clientId },
    tokenId: record.muteTokenId,
    reason: record.muteReason ?? "",
    createdAt: muteCreatedAt.toISOString(),
    endsAt: muteEndsAt.toISOString(),
    by: { id: record.muteById ?? "", name: record.muteByName ?? "" },
  };
}

export function detectionRowOf(record: DetectionRecord): DetectionRow {
  const { rule, firstAt, lastAt, incidentNumber, incidentTitle, incidentState, userId } = record;
  const count = Number(record.count);
  return {
    id: record.id,
    rule,
    severity: record.severity,
    state: record.state,
    subject: { kind: record.subjectKind, id: record.subjectId },
    says: saysOf(record),
    tokenId: record.tokenId,
    familyId: record.familyId,
    client: clientOf(record),
    user: userId === null ? null : { id: userId, email: record.email ?? shortId(userId) },
    verifier: record.verifierName === null ? null : { id: record.subjectId, name: record.verifierName },
    firstAt: firstAt.toISOString(),
    lastAt: lastAt.toISOString(),
    count,
    incident:
      incidentNumber === null || incidentTitle === null || incidentState === null
        ? null
        : { number: incidentNumber, title: incidentTitle, state: incidentState },
    mute: muteOf(record),
  };
}

/** Rows of a list, each with how its case stands now. */
export async function detectionRowsOf(
  ctx: Reader,
  records: readonly DetectionRecord[],
): Promise<DetectionRow[]> {
  const states = await readCaseStates(ctx, [
    ...new Set(records.flatMap(({ incidentId }) => incidentId ?? [])),
  ]);
  return records.map((record) =>
    detectionRowOf({
      ...record,
      incidentState: states.get(record.incidentId ?? "") ?? record.incidentState,
    }),
  );
}

function saysOf({ rule, facts, count, firstAt, lastAt, subjectKind }: DetectionRecord): string {
  const says = RULES[rule].says(facts, { count: Number(count), firstAt, lastAt });
  return subjectKind === "client" && rule !== "replay"
    ? `Many tokens of the client; of the last one: ${says}`
    : says;
}

/** A detection by its id. With `lock` it is kept for the caller's transaction. @throws {DomainError} NOT_FOUND */
export async function readDetection(db: Sql, id: string, lock = false): Promise<DetectionRecord> {
  const locking: Fragment = lock ? sql`FOR UPDATE OF d` : sql``;
  const [record] = await run<DetectionRecord>(
    db,
    sql`SELECT d.id, ${DETECTION_COLUMNS} FROM ${DETECTION_FROM} WHERE d.id = ${id}::uuid ${locking}`,
  );
  if (record === undefined) throw notFound("The detection");
  return record;
}

/** Detections by their ids, the oldest first. */
export async function readDetections(db: Sql, ids: readonly string[]): Promise<DetectionRecord[]> {
  return run<DetectionRecord>(
    db,
    sql`SELECT d.id, ${DETECTION_COLUMNS} FROM ${DETECTION_FROM} WHERE d.id = ANY (${ids}::uuid[]) ORDER BY d.id`,
  );
}

const SUBJECT_NAMES: Record<SubjectKind, string> = {
  token: "token",
  family: "family",
  client: "client",
  signing_key: "signing key",
  verifier: "verifier",
};

/** What a detection is called where it has no page of its own: "New country, token 01a2…, of ana@example.com". */
export function detectionName(record: DetectionRecord): string {
  const { rule, subjectKind, subjectId, email, clientId, verifierName } = record;
  const holder = subjectKind === "client" ? clientId : (email ?? clientId);
  const what =
    subjectKind === "client"
      ? `client ${holder ?? shortId(subjectId)}`
      : `${SUBJECT_NAMES[subjectKind]} ${verifierName ?? shortId(subjectId)}${holder === null ? "" : ` of ${holder}`}`;
  return `${RULE_WORDS[rule]}: ${what}`;
}

/** A detection as the audit log names it. */
export function detectionTarget(record: DetectionRecord) {
  return { kind: "detection", id: record.id, name: detectionName(record) };
}

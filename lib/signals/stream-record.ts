import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { STREAM_UPDATED, type StreamRow } from "./model.ts";

/**
 * Whether `signal_event e` is one that `signal_stream s` gets in its turn; what tells of the stream's own status goes before everything, and who caused an
 * event knows of it.
 */
export const IS_FOR_STREAM = sql`((e.stream_id = s.id AND e.type <> ${STREAM_UPDATED})
  OR (e.stream_id IS NULL AND e.type = ANY (s.events) AND e.caused_by_id IS DISTINCT FROM s.verifier_id))`;

/** Events that are counted for the lag of a stream. */
const LAG_MAX = 10_000;

type StreamRecord = Omit<
  StreamRow,
  | "verifier"
  | "lag"
  | "behindSince"
  | "delivered"
  | "refused"
  | "lost"
  | "lastDeliveredAt"
  | "lastPolledAt"
  | "lastErrorAt"
  | "nextAttemptAt"
  | "verificationAskedAt"
  | "verifiedAt"
  | "createdAt"
  | "updatedAt"
> & {
  verifierId: string;
  verifierName: string;
  lag: bigint;
  behindSince: Date | null;
  delivered: bigint;
  refused: bigint;
  lost: bigint;
  lastDeliveredAt: Date | null;
  lastPolledAt: Date | null;
  lastErrorAt: Date | null;
  nextAttemptAt: Date | null;
  verificationAskedAt: Date | null;
  verifiedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

const BEHIND = sql`FROM signal_event e WHERE e.sequence > s.cursor AND ${IS_FOR_STREAM}
  AND NOT EXISTS (SELECT FROM signal_acknowledgement k WHERE k.stream_id = s.id AND k.sequence = e.sequence)`;

const SELECT = sql`
  SELECT s.id, s.verifier_id AS "verifierId", v.name AS "verifierName", v.disabled_at IS NULL AS "isVerifierEnabled", s.description, s.audience, s.events,
    s.delivery, s.endpoint_url AS "endpointUrl", s.authorization_wrapped IS NOT NULL AS "hasAuthorization", s.status, s.status_reason AS "statusReason",
    (SELECT count(*) FROM (SELECT 1 ${BEHIND} LIMIT ${LAG_MAX}::int) x) AS lag,
    (SELECT e.at ${BEHIND} ORDER BY e.sequence LIMIT 1) AS "behindSince",
    s.delivered, s.refused, s.lost, s.last_delivered_at AS "lastDeliveredAt", s.last_polled_at AS "lastPolledAt", s.last_error AS "lastError",
    s.last_error_at AS "lastErrorAt", s.failures, s.next_attempt_at AS "nextAttemptAt", s.verification_asked_at AS "verificationAskedAt",
    s.verified_at AS "verifiedAt", s.created_at AS "createdAt", s.updated_at AS "updatedAt", s.version
  FROM signal_stream s JOIN verifier v ON v.id = s.verifier_id`;

/** The streams that a condition on `signal_stream s` names, by their verifiers' names. */
export async function readStreams(db: Sql, where: Fragment): Promise<StreamRow[]> {
  const records = await run<StreamRecord>(
    db,
    sql`${SELECT} WHERE ${where} ORDER BY v.name, s.created_at, s.id`,
  );
  return records.map(streamRowOf);
}

/** One stream; of `verifierId` alone where that is given. @throws {DomainError} NOT_FOUND */
export async function readStream(
  db: Sql,
  { id, verifierId = null }: { id: string; verifierId?: string | null | undefined },
): Promise<StreamRow> {
  const owned = sql`(${verifierId}::uuid IS NULL OR s.verifier_id = ${verifierId}::uuid)`;
  const [stream] = isUuid(id) ? await readStreams(db, sql`s.id = ${id}::uuid AND ${owned}`) : [];
  if (stream === undefined) throw notFound("The stream");
  return stream;
}

/** The same, and nobody else changes it until the transaction ends. */
export async function lockStream(
  tx: Sql,
  which: { id: string; verifierId?: string | null | undefined },
): Promise<StreamRow> {
  if (isUuid(which.id))
    await tx.query("SELECT id FROM signal_stream WHERE id = $1::uuid FOR UPDATE", [which.id]);
  return readStream(tx, which);
}

/** What an audit entry says of a stream; never what is sent as Authorization. */
export function auditedStream(stream: StreamRow): Record<string, unknown> {
  return {
    verifier: stream.verifier.name,
    description: stream.description,
    audience: stream.audience,
    events: stream.events,
    delivery: stream.delivery,
    endpointUrl: stream.endpointUrl,
    authorization: stream.hasAuthorization ? "set" : null,
    status: stream.status,
  };
}

/** What a stream is called in the audit log. */
export function streamTarget(stream: StreamRow): { kind: string; id: string; name: string } {
  return {
    kind: "signal_stream",
    id: stream.id,
    name: stream.description === "" ? `${stream.verifier.name}'s stream` : stream.description,
  };
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

function streamRowOf(record: StreamRecord): StreamRow {
  return {
    id: record.id,
    verifier: { id: record.verifierId, name: record.verifierName },
    description: record.description,
    audience: record.audience,
    events: record.events,
    delivery: record.delivery,
    endpointUrl: record.endpointUrl,
    hasAuthorization: record.hasAuthorization,
    status: record.status,
    statusReason: record.statusReason,
    isVerifierEnabled: record.isVerifierEnabled,
    lag: Number(record.lag),
    behindSince: iso(record.behindSince),
    delivered: Number(record.delivered),
    refused: Number(record.refused),
    lost: Number(record.lost),
    lastDeliveredAt: iso(record.lastDeliveredAt),
    lastPolledAt: iso(record.lastPolledAt),
    lastError: record.lastError,
    lastErrorAt: iso(record.lastErrorAt),
    failures: record.failures,
    nextAttemptAt: iso(record.nextAttemptAt),
    verificationAskedAt: iso(record.verificationAskedAt),
    verifiedAt: iso(record.verifiedAt),
    createdAt: record.createdAt.toISOString(),
    updatedAt: record.updatedAt.toISOString(),
    version: record.version,
  };
}

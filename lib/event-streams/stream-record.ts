import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { ChainLag, EventStreamRow, Source, StreamLoss } from "./model.ts";
import { readLag } from "./read-lag.ts";
import type { UsesPosition } from "./uses-position.ts";

/** A row of `event_stream`, its secrets sealed. */
export type EventStreamRecord = Omit<
  EventStreamRow,
  | "clients"
  | "hasAuthorization"
  | "previousSecretUntil"
  | "actsSequence"
  | "usesBefore"
  | "lag"
  | "losses"
  | "delivered"
  | "lastDeliveredAt"
  | "lastErrorAt"
  | "nextAttemptAt"
  | "testedAt"
  | "createdAt"
  | "updatedAt"
> & {
  clientIds: string[];
  clientNames: { id: string; name: string }[];
  secretWrapped: Buffer | null;
  previousSecretWrapped: Buffer | null;
  previousSecretUntil: Date | null;
  authorizationWrapped: Buffer | null;
  actsSequence: bigint;
  losses: StreamLoss[];
  uses: UsesPosition;
  delivered: bigint;
  lastDeliveredAt: Date | null;
  lastErrorAt: Date | null;
  nextAttemptAt: Date | null;
  testedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

type Flat = Omit<EventStreamRecord, "uses"> & {
  usesBase: string | null;
  usesLow: Date;
  usesEpoch: string | null;
  usesEpochLow: Date | null;
  usesKey: UsesPosition["key"];
};

const SELECT = sql`
  SELECT s.id, s.name, s.status, s.status_reason AS "statusReason", s.delivery, s.url, s.format, s.sources, s.outcome, s.client_ids AS "clientIds",
    (SELECT coalesce(json_agg(json_build_object('id', i.id, 'name', coalesce(c.name, 'Deleted client')) ORDER BY c.name, i.id), '[]')
      FROM unnest(s.client_ids) AS i(id) LEFT JOIN client c ON c.id = i.id) AS "clientNames",
    s.secret_wrapped AS "secretWrapped", s.previous_secret_wrapped AS "previousSecretWrapped", CASE WHEN s.previous_secret_until > clock_timestamp() THEN s.previous_secret_until END AS "previousSecretUntil",
    s.authorization_wrapped AS "authorizationWrapped", s.ca_pem AS "caPem", s.acts_sequence AS "actsSequence", s.uses_base AS "usesBase", s.uses_low AS "usesLow",
    s.uses_epoch AS "usesEpoch", s.uses_epoch_low AS "usesEpochLow", s.uses_key AS "usesKey", s.delivered, s.last_delivered_at AS "lastDeliveredAt",
    
    (SELECT coalesce(json_agg(json_build_object('source', l.source, 'events', l.events, 'isAtMost', l.is_at_most, 'firstAt', l.first_at AT TIME ZONE 'UTC', 'lastAt', l.last_at AT TIME ZONE 'UTC')
      ORDER BY l.source DESC), '[]') FROM event_stream_loss l WHERE l.stream_id = s.id) AS losses,
    s.last_error AS "lastError", s.last_error_at AS "lastErrorAt", s.failures, s.next_attempt_at AS "nextAttemptAt", s.tested_at AS "testedAt",
    s.created_at AS "createdAt", s.updated_at AS "updatedAt", s.version
  FROM event_stream s`;

/** The streams that a condition on `event_stream s` names, by name. */
export async function readStreamRecords(db: Sql, where: Fragment): Promise<EventStreamRecord[]> {
  const flat = await run<Flat>(db, sql`${SELECT} WHERE ${where} ORDER BY s.name, s.id`);
  return flat.map(({ usesBase, usesLow, usesEpoch, usesEpochLow, usesKey, ...record }) => ({
    ...record,
    uses: { base: usesBase, low: usesLow, epoch: usesEpoch, epochLow: usesEpochLow, key: usesKey },
  }));
}

/** @throws {DomainError} NOT_FOUND */
export async function getStreamRecord(db: Sql, id: string): Promise<EventStreamRecord> {
  const [record] = isUuid(id) ? await readStreamRecords(db, sql`s.id = ${id}::uuid`) : [];
  if (record === undefined) throw notFound("The stream");
  return record;
}

/** The same, and nobody else changes it until the transaction ends. @throws {DomainError} NOT_FOUND */
export async function lockStreamRecord(tx: Sql, id: string): Promise<EventStreamRecord> {
  if (isUuid(id)) await tx.query("SELECT id FROM event_stream WHERE id = $1::uuid FOR UPDATE", [id]);
  return getStreamRecord(tx, id);
}

/** One stream with how far it is behind. @throws {DomainError} NOT_FOUND */
export async function readEventStream(db: Sql, id: string): Promise<EventStreamRow> {
  return withLag(db, await getStreamRecord(db, id));
}

export async function withLag(db: Sql, record: EventStreamRecord): Promise<EventStreamRow> {
  return eventStreamRowOf(record, await readLag(db, record));
}

/** What an audit entry says of a stream; never a key, or what is sent as Authorization. */
export function auditedEventStream(record: EventStreamRecord): Record<string, unknown> {
  return {
    name: record.name,
    delivery: record.delivery,
    url: record.url,
    format: record.format,
    sources: record.sources,
    outcome: record.outcome,
    clients: record.clientNames.map(({ name }) => name),
    authorization: record.authorizationWrapped === null ? null : "set",
    authorities: record.caPem === null ? null : "its own",
    status: record.status,
  };
}

/** What a stream is called in the audit log. */
export function eventStreamTarget({ id, name }: { id: string; name: string }) {
  return { kind: "event_stream", id, name };
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

function eventStreamRowOf(record: EventStreamRecord, lag: ChainLag): EventStreamRow {
  const carries = (source: Source) => record.sources.includes(source);
  return {
    id: record.id,
    name: record.name,
    status: record.status,
    statusReason: record.statusReason,
    delivery: record.delivery,
    url: record.url,
    format: record.format,
    sources: record.sources,
    outcome: record.outcome,
    clients: record.clientNames,
    hasAuthorization: record.authorizationWrapped !== null,
    previousSecretUntil: iso(record.previousSecretUntil),
    caPem: record.caPem,
    actsSequence: carries("acts") ? String(record.actsSequence) : null,
    usesBefore: carries("uses") ? (record.uses.key?.at ?? record.uses.low.toISOString()) : null,
    lag,
    losses: record.losses.map((loss) => ({
      ...loss,
      firstAt: new Date(`${loss.firstAt}Z`).toISOString(),
      lastAt: new Date(`${loss.lastAt}Z`).toISOString(),
    })),
    delivered: Number(record.delivered),
    lastDeliveredAt: iso(record.lastDeliveredAt),
    lastError: record.lastError,
    lastErrorAt: iso(record.lastErrorAt),
    failures: record.failures,
    nextAttemptAt: iso(record.nextAttemptAt),
    testedAt: iso(record.testedAt),
    createdAt: record.createdAt.toISOString(),
    updatedAt: record.updatedAt.toISOString(),
    version: record.version,
  };
}

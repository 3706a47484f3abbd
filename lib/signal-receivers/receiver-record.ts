import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { Policy, ReceivedRow, ReceiverDetail, ReceiverRow } from "./model.ts";

type ReceiverRecord = Omit<
  ReceiverRow,
  "state" | "received" | "lastReceivedAt" | "lastErrorAt" | "createdAt" | "updatedAt"
> & {
  disabledAt: Date | null;
  received: bigint;
  lastReceivedAt: Date | null;
  lastErrorAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/** Events that a receiver's page shows. */
const RECENT = 20;

const SELECT = sql`
  SELECT r.id, r.name, r.issuer, r.jwks_url AS "jwksUrl", r.audience, r.subject_by AS "subjectBy", r.attribute, r.hint, r.disabled_at AS "disabledAt",
    (SELECT jsonb_build_object('id', v.id, 'name', v.name) FROM verifier v WHERE v.id = r.verifier_id) AS verifier,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('eventType', p.event_type, 'action', p.action, 'hours', p.hours) ORDER BY p.event_type), '[]')
      FROM signal_policy p WHERE p.receiver_id = r.id) AS policies,
    (SELECT count(*) FROM received_signal e WHERE e.receiver_id = r.id) AS received,
    r.last_received_at AS "lastReceivedAt", r.last_error AS "lastError", r.last_error_at AS "lastErrorAt", r.created_at AS "createdAt",
    r.updated_at AS "updatedAt", r.version
  FROM signal_receiver r`;

export async function readReceivers(db: Sql, where: Fragment): Promise<ReceiverRow[]> {
  const records = await run<ReceiverRecord>(db, sql`${SELECT} WHERE ${where} ORDER BY r.name, r.id`);
  return records.map(receiverRowOf);
}

/** One with its newest events. @throws {DomainError} NOT_FOUND */
export async function readReceiver(db: Sql, id: string): Promise<ReceiverDetail> {
  const [receiver] = isUuid(id) ? await readReceivers(db, sql`r.id = ${id}::uuid`) : [];
  if (receiver === undefined) throw notFound("The peer");
  const recent = await run<
    Omit<ReceivedRow, "issuedAt" | "receivedAt" | "user"> & {
      issuedAt: Date;
      receivedAt: Date;
      userId: string | null;
      email: string | null;
    }
  >(
    db,
    sql`SELECT e.jti, e.event_type AS "eventType", e.issued_at AS "issuedAt", e.received_at AS "receivedAt", e.outcome, e.user_id AS "userId", u.email,
        e.order_id AS "orderId"
      FROM received_signal e LEFT JOIN user_account u ON u.id = e.user_id WHERE e.receiver_id = ${id}::uuid
      ORDER BY e.received_at DESC, e.jti LIMIT ${RECENT}::int`,
  );
  return {
    ...receiver,
    recent: recent.map((row) => ({
      jti: row.jti,
      eventType: row.eventType,
      issuedAt: row.issuedAt.toISOString(),
      receivedAt: row.receivedAt.toISOString(),
      outcome: row.outcome,
      user: row.userId === null ? null : { id: row.userId, email: row.email ?? "a deleted user" },
      orderId: row.orderId,
    })),
  };
}

/** The same, and nobody else changes it until the transaction ends. */
export async function lockReceiver(tx: Sql, id: string): Promise<ReceiverDetail> {
  if (isUuid(id)) await tx.query("SELECT id FROM signal_receiver WHERE id = $1::uuid FOR UPDATE", [id]);
  return readReceiver(tx, id);
}

/** Makes a receiver's policies exactly these. */
export async function savePolicies(tx: Sql, id: string, policies: readonly Policy[]): Promise<void> {
  await tx.query("DELETE FROM signal_policy WHERE receiver_id = $1::uuid", [id]);
  const done = policies.filter((policy) => policy.action !== "ignore");
  await tx.query(
    `INSERT INTO signal_policy (receiver_id, event_type, action, hours)
     SELECT $1::uuid, p.event_type, p.action, p.hours FROM unnest($2::text[], $3::text[], $4::int[]) AS p(event_type, action, hours)`,
    [id, done.map((one) => one.eventType), done.map((one) => one.action), done.map((one) => one.hours)],
  );
}

/** @throws {DomainError} CONFLICT */
export async function requireFreeReceiverName(
  tx: Sql,
  { id, name }: { id: string; name: string },
): Promise<void> {
  const taken = await tx.query("SELECT FROM signal_receiver WHERE name = $1::text AND id <> $2::uuid", [
    name,
    id,
  ]);
  if (taken.length > 0)
    throw new DomainError("CONFLICT", "There is a peer of this name already.", {
      fields: [{ path: "name", message: "is taken" }],
    });
}

/** @throws {DomainError} INVALID_INPUT */
export async function requireVerifierThere(tx: Sql, verifierId: string | null | undefined): Promise<void> {
  if (verifierId === null || verifierId === undefined) return;
  const there = await tx.query("SELECT FROM verifier WHERE id = $1::uuid", [verifierId]);
  if (there.length === 0)
    throw new DomainError("INVALID_INPUT", "This verifier does not exist.", {
      fields: [{ path: "verifierId", message: "is no verifier" }],
    });
}

export function auditedReceiver(receiver: ReceiverRow): Record<string, unknown> {
  const { name, issuer, jwksUrl, audience, subjectBy, attribute, policies, verifier } = receiver;
  return {
    name,
    issuer,
    jwksUrl,
    audience,
    subjectBy,
    attribute,
    policies,
    verifier: verifier?.name ?? null,
  };
}

export function receiverTarget({ id, name }: ReceiverRow): { kind: string; id: string; name: string } {
  return { kind: "signal_receiver", id, name };
}

function receiverRowOf({ disabledAt, ...record }: ReceiverRecord): ReceiverRow {
  return {
    ...record,
    state: disabledAt === null ? "enabled" : "disabled",
    received: Number(record.received),
    lastReceivedAt: record.lastReceivedAt?.toISOString() ?? null,
    lastErrorAt: record.lastErrorAt?.toISOString() ?? null,
    createdAt: record.createdAt.toISOString(),
    updatedAt: record.updatedAt.toISOString(),
  };
}

import { sql } from "../list-query/sql-fragment.ts";
import { type PartiesRecord, partiesOf } from "../registry/named-parties.ts";
import type { TokenUseRow, UseOutcome } from "./model.ts";

/** A row of `token_use x` as USE_COLUMNS gives it, beside USE_JOINS. */
export type UseRecord = PartiesRecord & {
  id: string;
  receivedAt: Date;
  at: Date;
  outcome: UseOutcome;
  refusal: string | null;
  source: string;
  tokenId: string;
  tokenKind: string;
  familyId: string;
  verifierId: string | null;
  verifierName: string | null;
  audience: string | null;
  method: string | null;
  path: string | null;
  ip: string | null;
  country: string | null;
  userAgent: string | null;
  status: number | null;
  bytes: bigint | null;
  latencyUs: number | null;
  writerId: string;
  flush: bigint;
  ordinal: number;
};

export const USE_COLUMNS = sql`x.id, x.received_at AS "receivedAt", x.at, x.outcome, x.refusal, x.source, x.token_id AS "tokenId",
  x.token_kind AS "tokenKind", x.family_id AS "familyId", x.client_id AS "clientUuid", c.client_id AS "clientId", c.name AS "clientName",
  x.user_id AS "userId", u.email AS "userEmail", u.name AS "userName", x.subject, x.verifier_id AS "verifierId", v.name AS "verifierName",
  x.audience, x.method, x.path, x.ip, x.country, x.user_agent AS "userAgent",
  x.status, x.bytes, x.latency_us AS "latencyUs", x.writer_id AS "writerId", x.flush, x.ordinal`;

export const USE_JOINS = sql`LEFT JOIN client c ON c.id = x.client_id LEFT JOIN user_account u ON u.id = x.user_id
  LEFT JOIN verifier v ON v.id = x.verifier_id`;

export function useRowOf(record: UseRecord): TokenUseRow {
  return {
    id: record.id,
    receivedAt: record.receivedAt.toISOString(),
    at: record.at.toISOString(),
    outcome: record.outcome,
    refusal: record.refusal,
    source: record.source,
    token: { id: record.tokenId, kind: record.tokenKind },
    familyId: record.familyId,
    ...partiesOf(record),
    subject: record.subject,
    verifier:
      record.verifierId === null
        ? null
        : { id: record.verifierId, name: record.verifierName ?? "Deleted verifier" },
    audience: record.audience,
    method: record.method,
    path: record.path,
    ip: record.ip,
    country: record.country,
    userAgent: record.userAgent,
    status: record.status,
    bytes: record.bytes === null ? null : Number(record.bytes),
    latencyMicroseconds: record.latencyUs,
    chain: { writer: record.writerId, flush: String(record.flush), ordinal: record.ordinal },
  };
}

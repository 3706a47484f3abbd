import type { SealedUse } from "./use-leaf.ts";

/** A row of `token_use u` as SEALED_USE_COLUMNS gives it. */
export type SealedUseRecord = Omit<SealedUse, "bytes"> & {
  bytes: bigint | null;
  writerId: string;
  flush: bigint;
};

export const SEALED_USE_COLUMNS = `u.id, u.received_at AS "receivedAt", u.at, u.outcome, u.refusal, u.source, u.token_id AS "tokenId", u.token_kind AS "tokenKind",
  u.family_id AS "familyId", u.client_id AS "clientId", u.user_id AS "userId", u.subject, u.verifier_id AS "verifierId", u.audience, u.method, u.path, u.ip,
  u.country, u.user_agent AS "userAgent", u.status, u.bytes, u.latency_us AS "latencyUs", u.writer_id AS "writerId", u.flush, u.ordinal,
  encode(u.salt, 'hex') AS salt`;

export function sealedUseOf({ bytes, ...record }: SealedUseRecord): SealedUse {
  return { ...record, bytes: bytes === null ? null : Number(bytes) };
}

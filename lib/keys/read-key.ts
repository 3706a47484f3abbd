import { calculateJwkThumbprint, type JWK } from "jose";
import type { KeyAlgorithm, KeyPurpose, KeyRow, KeyState } from "./model.ts";

export type KeyRecord = {
  kid: string;
  purpose: KeyPurpose;
  algorithm: KeyAlgorithm;
  state: KeyState;
  publicJwk: Record<string, unknown>;
  createdAt: Date;
  activatedAt: Date | null;
  retiringAt: Date | null;
  retiredAt: Date | null;
  compromisedAt: Date | null;
  destroyedAt: Date | null;
  liveTokenCount: bigint | null;
};

/** $1: now. The count walks the tokens that have not expired, by the index on their expiry. */
export const SELECT_KEYS = `
  WITH live AS (
    SELECT signing_kid, count(*) AS tokens FROM token WHERE expires_at > $1::timestamptz AND signing_kid IS NOT NULL GROUP BY signing_kid
  )
  SELECT k.kid, k.purpose, k.algorithm, k.state, k.public_jwk AS "publicJwk", k.created_at AS "createdAt", k.activated_at AS "activatedAt",
    k.retiring_at AS "retiringAt", k.retired_at AS "retiredAt", k.compromised_at AS "compromisedAt", k.destroyed_at AS "destroyedAt",
    CASE WHEN k.purpose = 'access_token' THEN coalesce(l.tokens, 0) END AS "liveTokenCount"
  FROM signing_key k LEFT JOIN live l ON l.signing_kid = k.kid`;

export async function keyRow(record: KeyRecord): Promise<KeyRow> {
  return {
    kid: record.kid,
    purpose: record.purpose,
    algorithm: record.algorithm,
    state: record.state,
    thumbprint: await calculateJwkThumbprint(record.publicJwk as JWK, "sha256"),
    createdAt: record.createdAt.toISOString(),
    activatedAt: record.activatedAt?.toISOString() ?? null,
    retiringAt: record.retiringAt?.toISOString() ?? null,
    retiredAt: record.retiredAt?.toISOString() ?? null,
    compromisedAt: record.compromisedAt?.toISOString() ?? null,
    destroyedAt: record.destroyedAt?.toISOString() ?? null,
    liveTokenCount: record.liveTokenCount === null ? null : Number(record.liveTokenCount),
  };
}

import { calculateJwkThumbprint, type JWK } from "jose";
import type { Context } from "../context.ts";
import type { Total } from "../list-query/define-table.ts";
import { readKeyChanges } from "./key-changes.ts";
import { keyHoldersOf } from "./key-holders.ts";
import { lastSignatures } from "./last-signatures.ts";
import { liveTokensByKey } from "./live-tokens-by-key.ts";
import type { KeyAlgorithm, KeyPurpose, KeyRow, KeyState } from "./model.ts";
import { readKeyAskers } from "./read-key-askers.ts";

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
  readyAt: Date | null;
  activatesAt: Date | null;
  retiresAt: Date | null;
};

const SELECT_KEYS = `
  SELECT k.kid, k.purpose, k.algorithm, k.state, k.public_jwk AS "publicJwk", k.created_at AS "createdAt", k.activated_at AS "activatedAt",
    k.retiring_at AS "retiringAt", k.retired_at AS "retiredAt", k.compromised_at AS "compromisedAt", k.destroyed_at AS "destroyedAt",
    k.ready_at AS "readyAt", k.activates_at AS "activatesAt", k.retires_at AS "retiresAt"
  FROM signing_key k ORDER BY k.purpose, k.created_at DESC, k.kid`;

/** How much each key has signed. Not looked for while an act holds its locks, or by what may be rolled back: nobody's figures come from there. */
async function readUseOfKeys(
  ctx: Context,
  counted: readonly KeyRecord[],
): Promise<{ liveOf: (kid: string) => Total | null; lastOf: (kid: string) => KeyRow["lastSigned"] }> {
  if (ctx.pass !== undefined || ctx.db.alone !== undefined)
    return {
      liveOf: () => null,
      lastOf: () => ({ at: null, isKnown: false }),
    };
  const [liveOf, lastOf] = await Promise.all([
    liveTokensByKey(
      ctx,
      counted.map(({ kid }) => kid),
    ),
    lastSignatures(ctx, counted),
  ]);
  return { liveOf, lastOf };
}

/** Every key, by purpose, newest first, each beside its row. */
export async function readKeys(ctx: Context): Promise<{ record: KeyRecord; row: KeyRow }[]> {
  const records = await ctx.db.query<KeyRecord>(SELECT_KEYS);
  const isCounted = (record: KeyRecord) => record.purpose === "access_token";
  const counted = records.filter(isCounted);
  const isAnnounced = records.some(({ state }) => state === "standby");
  const [{ liveOf, lastOf }, changesOf, askers] = await Promise.all([
    readUseOfKeys(ctx, counted),
    readKeyChanges(
      ctx.db,
      records.map(({ kid }) => kid),
    ),
    isAnnounced ? readKeyAskers(ctx.db, ctx.now) : [],
  ]);
  return Promise.all(
    records.map(async (record) => ({
      record,
      row: {
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
        readyAt: record.readyAt?.toISOString() ?? null,
        activatesAt: record.activatesAt?.toISOString() ?? null,
        retiresAt: record.retiresAt?.toISOString() ?? null,
        lastSigned: isCounted(record) ? lastOf(record.kid) : null,
        readiness: record.state === "standby" ? keyHoldersOf(record, askers, ctx.now.getTime()).says : null,
        changes: changesOf(record.kid),
        liveTokens: isCounted(record) ? liveOf(record.kid) : null,
      },
    })),
  );
}

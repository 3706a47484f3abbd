import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import type { KeyAlgorithm, KeyPurpose, KeyState } from "./model.ts";

/** A key as its changes take it. */
export type KeyStanding = {
  id: string;
  kid: string;
  purpose: KeyPurpose;
  algorithm: KeyAlgorithm;
  state: KeyState;
  readyAt: Date | null;
  activatesAt: Date | null;
  /** By the database's clock: every cache of the JWKS can have it. */
  isReady: boolean;
};

/**
 * The keys of a purpose, of whatever algorithm, or those of the same purpose as a key's. With `lock` they are held for the caller's transaction, so that
 * of two changes at once the second finds what the first left.
 */
export async function readRing(
  db: Sql,
  of: { kid: string } | { purpose: KeyPurpose },
  lock = false,
): Promise<KeyStanding[]> {
  const [kid, purpose] = "kid" in of ? [of.kid, null] : [null, of.purpose];
  return db.query<KeyStanding>(
    `SELECT k.id, k.kid, k.purpose, k.algorithm, k.state, k.ready_at AS "readyAt", k.activates_at AS "activatesAt",
       k.ready_at <= clock_timestamp() AS "isReady"
     FROM signing_key k
     WHERE k.purpose = coalesce($2::text, (SELECT o.purpose FROM signing_key o WHERE o.kid = $1::text))
     ORDER BY k.kid${lock ? " FOR UPDATE OF k" : ""}`,
    [kid, purpose],
  );
}

/** @throws {DomainError} NOT_FOUND */
export function keyOf(ring: readonly KeyStanding[], kid: string): KeyStanding {
  const found = ring.find((key) => key.kid === kid);
  if (found === undefined) throw notFound("The key");
  return found;
}

/** @throws {DomainError} CONFLICT, which says what the key is instead. */
export function requireState(key: KeyStanding, state: KeyState, act: string): void {
  if (key.state !== state)
    throw new DomainError("CONFLICT", `Only a ${state} key ${act}; this one is ${key.state}.`, {
      detail: key.kid,
    });
}

/** What acts of keys are upon. */
export function keyTarget({ kid }: { kid: string }): { kind: string; id: string; name: string } {
  return { kind: "signing_key", id: kid, name: kid };
}

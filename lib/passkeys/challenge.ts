import { createHash, randomBytes } from "node:crypto";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { CHALLENGE_SECONDS } from "./model.ts";

/** What a challenge is good for: signing in, or one act of one session. */
export type ChallengeUse =
  | { purpose: "sign_in" }
  | { purpose: "register"; sessionId: string }
  | { purpose: "step_up"; sessionId: string; kind: string; subject: string };

export type Challenge = { value: string; expiresAt: Date };

const CHALLENGE_BYTES = 32;

function label(use: ChallengeUse): string {
  switch (use.purpose) {
    case "sign_in":
      return "passkey-challenge:sign_in";
    case "register":
      return `passkey-challenge:register:${use.sessionId}`;
    case "step_up":
      return `passkey-challenge:step_up:${use.sessionId}:${use.kind}:${use.subject}`;
    default:
      return use satisfies never;
  }
}

/**
 * A challenge for an authenticator. It travels sealed, bound to its use, and nothing is stored until it is answered: strangers who ask for
 * challenges write nothing.
 */
export async function offerChallenge(
  wrapper: KeyWrapper,
  use: ChallengeUse,
  now: Date,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; sealed: string; expiresAt: Date }> {
  const bytes = new Uint8Array(randomBytes(CHALLENGE_BYTES));
  const expiresAt = new Date(now.getTime() + CHALLENGE_SECONDS * 1000);
  const value = Buffer.from(bytes).toString("base64url");
  const plain = Buffer.from(JSON.stringify({ value, expiresAtMs: expiresAt.getTime() }));
  const sealed = (await wrapper.wrap(plain, label(use))).toString("base64url");
  return { bytes, sealed, expiresAt };
}

/**
 * The challenge of a seal, where it was made for this use and its time is not over.
 *
 * @throws {DomainError} GONE
 */
export async function openChallenge(
  wrapper: KeyWrapper,
  use: ChallengeUse,
  { sealed, now }: { sealed: string; now: Date },
): Promise<Challenge> {
  const opened = await unseal(wrapper, use, sealed);
  if (opened === null || opened.expiresAtMs <= now.getTime()) throw over();
  return { value: opened.value, expiresAt: new Date(opened.expiresAtMs) };
}

async function unseal(wrapper: KeyWrapper, use: ChallengeUse, sealed: string) {
  try {
    const plain = await wrapper.unwrap(Buffer.from(sealed, "base64url"), label(use));
    return JSON.parse(plain.toString("utf8")) as { value: string; expiresAtMs: number };
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

/**
 * Uses a challenge up inside the caller's transaction: of two answers to one, in whichever processes, the second is refused.
 *
 * @throws {DomainError} GONE
 */
export async function spendChallenge(tx: Sql, challenge: Challenge, now: Date): Promise<void> {
  await tx.query("DELETE FROM spent_challenge WHERE expires_at < $1::timestamptz - interval '1 hour'", [now]);
  const spent = await tx.query(
    `INSERT INTO spent_challenge (challenge_hash, expires_at) VALUES ($1::bytea, $2::timestamptz)
     ON CONFLICT (challenge_hash) DO NOTHING RETURNING expires_at`,
    [createHash("sha256").update(challenge.value).digest(), challenge.expiresAt],
  );
  if (spent.length === 0) throw over();
}

function over(): DomainError {
  return new DomainError("GONE", "This question to your passkey is over or was answered. Start again.");
}

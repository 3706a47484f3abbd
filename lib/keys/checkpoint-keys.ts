import { type PublishableKey, publicMember } from "./public-jwks.ts";

/** Where an authority publishes them. */
export const CHECKPOINT_KEYS_PATH = "/.well-known/tokenwarden-checkpoint-keys.json";

/** A key as the registry holds it, as far as the document needs it. */
export type PastKey = PublishableKey & { purpose: string; compromisedAt: Date | null };

/** Since when a key is known to be compromised, also where it was destroyed afterwards; null where it is not. */
function compromisedSince({ state, compromisedAt }: PastKey): Date | null {
  // one without a time counts as compromised from its first day on
  return compromisedAt ?? (state === "compromised" ? new Date(0) : null);
}

/**
 * Every key that there ever was for checkpoints, also those that are retired, compromised or destroyed: evidence is verified years later. Nothing else is
 * verified by it, so that what clients go by, the JWKS, stays as it is. A compromised key is marked as OpenID Federation marks it in its historical keys.
 */
export function checkpointKeys(keys: readonly PastKey[]): { keys: Record<string, unknown>[] } {
  return {
    keys: keys
      .filter(({ purpose }) => purpose === "checkpoint")
      .map((key) => {
        const since = compromisedSince(key);
        const revoked = since && { revoked_at: since.getTime() / 1_000, reason: "compromised" };
        return { ...publicMember(key), ...(revoked && { revoked }) };
      }),
  };
}

import { plural } from "../order-plans/plan-words.ts";
import { type KeyPurpose, PUBLISH_SECONDS } from "./model.ts";

export type Residue = {
  purpose: KeyPurpose;
  now: Date;
  jwksCacheSeconds: number;
  /** Whether a key begins to sign that caches may not have. */
  isSuccessorUnknown: boolean;
};

function spanWords(seconds: number): string {
  return seconds % 60 === 0
    ? plural(seconds / 60, "minute", "minutes")
    : plural(seconds, "second", "seconds");
}

/**
 * What an emergency leaves open, and until when at the latest. Authorities refuse at once; whoever hears the feed, as the propagation board shows;
 * who checks signatures alone goes by a JWKS that it may keep: what is forged with the key has whatever expiry the forger likes.
 */
export function residualWindow(residue: Residue): { until: Date; says: string[] } {
  const { now, jwksCacheSeconds } = residue;
  const cache = spanWords(jwksCacheSeconds);
  const says =
    residue.purpose === "access_token"
      ? [
          `Authorities refuse with the next request; one that does not hear of it for ${PUBLISH_SECONDS - 1} seconds answers nothing.`,
          "Verifiers that hear the feed refuse as the propagation board shows, each until its own deadline.",
          `A verifier that checks signatures alone may keep the JWKS for ${cache}: until then it takes what the old key signs, forgeries too.`,
        ]
      : [
          `Whoever keeps the JWKS for the ${cache} that it may goes by the old key until then. What this key signed is not registered: no order reaches it.`,
        ];
  if (residue.isSuccessorUnknown)
    says.push(
      `The new key is in no cache yet: a verifier that does not ask anew for a key that it does not know refuses new signatures for up to ${cache}.`,
    );
  return { until: new Date(now.getTime() + (jwksCacheSeconds + PUBLISH_SECONDS) * 1_000), says };
}

import type { FeedSigner } from "#lib/feed/feed-signer.ts";
import { LEAST_AGENT_VERSION } from "#lib/propagation/least-agent-version.ts";
import type { RegistryVerifier } from "#lib/registry/snapshot.ts";
import { HEARTBEAT_MS } from "./publisher.ts";

/** What a verifier is to go by, apart from when it was said: moves with its settings. */
export function statementKey(verifier: RegistryVerifier): string {
  return JSON.stringify([
    verifier.name,
    verifier.mode,
    verifier.maxStalenessSeconds,
    [...verifier.audiences].sort(),
  ]);
}

/** What the authority has of a verifier, signed: how it is to decide when it hears nothing, and for which audiences. */
export async function signStatement(
  signer: FeedSigner,
  issuer: string,
  verifier: RegistryVerifier,
): Promise<string> {
  return signer.statement({
    iss: issuer,
    aud: verifier.id,
    iat: Math.floor(Date.now() / 1_000),
    name: verifier.name,
    mode: verifier.mode,
    max_staleness_seconds: verifier.maxStalenessSeconds,
    audiences: [...verifier.audiences].sort(),
    heartbeat_ms: HEARTBEAT_MS,
    agent_minimum: LEAST_AGENT_VERSION,
  });
}

import type { RegistryVerifier } from "#lib/registry/snapshot.ts";

/** A verifier that has shown its secret, of which nothing is kept but the digest. */
export type Listener = { verifier: RegistryVerifier; digest: string; instanceId: string | null };

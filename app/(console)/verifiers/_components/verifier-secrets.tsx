import { SecretsCard } from "#components/overlay/secrets-card.tsx";
import type { VerifierDetail } from "#lib/verifiers/model.ts";
import { verifierWords as words } from "./words.ts";

/** The secrets that a verifier may ask with now. */
export function VerifierSecrets({ verifier, canWrite }: { verifier: VerifierDetail; canWrite: boolean }) {
  return (
    <SecretsCard
      secrets={verifier.secrets}
      url={`/api/v1/verifiers/${verifier.id}`}
      canWrite={canWrite}
      none={words.noSecrets(verifier)}
      endOnly={words.endOnlySecret(verifier)}
      endOne={words.endOneSecret}
    />
  );
}

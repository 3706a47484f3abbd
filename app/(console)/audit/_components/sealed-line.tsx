import { Instant } from "#components/display/instant.tsx";
import type { SealCoverage } from "#lib/seals/get-seal-coverage.ts";
import { auditWords as words } from "./words.ts";

/** How far the evidence is sealed and signed, in a line. */
export function SealedLine({ sealedUntil, checkpoint, isOverdue }: SealCoverage) {
  return (
    <>
      {sealedUntil === null ? (
        words.notSealed
      ) : (
        <>
          {words.sealedUntil} <Instant at={sealedUntil} show="exact" hint={words.sealHint} />
        </>
      )}
      {", "}
      {checkpoint === null ? (
        words.noCheckpoint
      ) : (
        <>
          {words.lastCheckpoint} <Instant at={checkpoint.at} show="exact" hint={words.checkpointHint} />
          {isOverdue ? ` (${words.overdue})` : null}
        </>
      )}
      .
    </>
  );
}

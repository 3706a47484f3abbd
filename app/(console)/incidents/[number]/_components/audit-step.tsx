import { UseMapFigure } from "#app/(console)/_components/use-map.tsx";
import { PHASE_SERIES } from "#app/(console)/_components/use-map-words.ts";
import type { IncidentUsesAndActs } from "#lib/incidents/leaked-model.ts";
import type { IncidentDetail } from "#lib/incidents/model.ts";
import { ActsOfLeaked } from "./acts-of-leaked.tsx";
import { UsesOfCase } from "./uses-of-case.tsx";

/** What was done with the tokens, and by leaked API tokens, and where from, split by the window. */
export function AuditStep({
  incident,
  uses,
  hasTokens,
  canWrite,
}: {
  incident: IncidentDetail;
  uses: IncidentUsesAndActs;
  /** Else there are no uses to split. */
  hasTokens: boolean;
  canWrite: boolean;
}) {
  const { acts, ...ofTokens } = uses;
  const isOfOwnAlone = incident.ownSecrets.length > 0 && !hasTokens;
  return (
    <>
      {incident.ownSecrets.length === 0 ? null : <ActsOfLeaked secrets={incident.ownSecrets} acts={acts} />}
      {isOfOwnAlone ? null : (
        <UsesOfCase
          number={incident.number}
          uses={ofTokens}
          notes={incident.notes.filter(({ useId }) => useId !== null)}
          canMark={canWrite && incident.state !== "closed"}
        />
      )}
      {uses.map.uses > 0 ? <UseMapFigure map={uses.map} series={PHASE_SERIES} linesOf={null} /> : null}
    </>
  );
}

import { UseMapFigure } from "#app/(console)/_components/use-map.tsx";
import { PHASE_SERIES } from "#app/(console)/_components/use-map-words.ts";
import type { IncidentDetail, IncidentUses } from "#lib/incidents/model.ts";
import { UsesOfCase } from "./uses-of-case.tsx";

/** What was done with the tokens and where from, split by the window. */
export function AuditStep({
  incident,
  uses,
  canWrite,
}: {
  incident: IncidentDetail;
  uses: IncidentUses;
  canWrite: boolean;
}) {
  return (
    <>
      <UsesOfCase
        number={incident.number}
        uses={uses}
        notes={incident.notes.filter(({ useId }) => useId !== null)}
        canMark={canWrite && incident.state !== "closed"}
      />
      {uses.map.uses > 0 ? <UseMapFigure map={uses.map} series={PHASE_SERIES} linesOf={null} /> : null}
    </>
  );
}

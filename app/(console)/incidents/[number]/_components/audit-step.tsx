import type { IncidentDetail, IncidentUses } from "#lib/incidents/model.ts";
import { UsesOfCase } from "./uses-of-case.tsx";

/** What was done with the tokens, split by the window. */
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
    <UsesOfCase
      number={incident.number}
      uses={uses}
      notes={incident.notes.filter(({ useId }) => useId !== null)}
      canMark={canWrite && incident.state !== "closed"}
    />
  );
}

import type { IncidentDetail } from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";
import { CloseCase } from "./close-case.tsx";
import { PackLinks } from "./pack-links.tsx";
import classes from "./steps.module.css";

/** Hands the evidence over, and closes the case. */
export function ReportStep({
  incident,
  canWrite,
  canExport,
}: {
  incident: IncidentDetail;
  canWrite: boolean;
  canExport: boolean;
}) {
  return (
    <>
      <div className={classes.chips}>
        <PackLinks number={incident.number} canExport={canExport} />
        {canWrite ? <CloseCase incident={incident} /> : null}
      </div>
      <p className="muted">{words.packHelp}</p>
    </>
  );
}

import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { type IncidentRow, incidentHref } from "#lib/incidents/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import classes from "./recent-acts.module.css";

/** The cases that a thing is in; nothing where it is in none. */
export function CasesOf({ cases, title = "Cases" }: { cases: readonly IncidentRow[]; title?: string }) {
  if (cases.length === 0) return null;
  return (
    <Card title={title}>
      <ol className={classes.acts}>
        {cases.map((incident) => (
          <li key={incident.id}>
            <Link prefetch={false} href={incidentHref(incident.number)}>
              Case {incident.number}: {visibleText(incident.title)}
            </Link>{" "}
            <StateBadge state={incident.state} />
            <br />
            <small className="muted">
              opened <Instant at={incident.openedAt} focusable /> by {incident.openedBy.name}
            </small>
          </li>
        ))}
      </ol>
    </Card>
  );
}

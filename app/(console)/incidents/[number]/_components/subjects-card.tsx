import Link from "next/link";
import { OwnerLink } from "#app/(console)/_components/owner-link.tsx";
import { Card } from "#components/display/card.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { type IncidentDetail, type IncidentSubject, ownSecretWords } from "#lib/incidents/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import type { OwnSecretKind } from "#lib/scanners/model.ts";
import classes from "./steps.module.css";

const SHOWN = 8;

function hrefOf({ kind, id }: IncidentSubject): string {
  return kind === "family" ? `/families/${id}` : `/${kind}s/${id}`;
}

/** What the case is about, as it was named. */
export function SubjectsCard({
  incident,
  sees,
}: {
  incident: IncidentDetail;
  sees: readonly OwnSecretKind[];
}) {
  const own = incident.ownSecrets;
  const all = Object.values(incident.subjects).reduce((sum, count) => sum + count, 0);
  const shown = incident.named.slice(0, SHOWN);
  return (
    <Card title="About" aside={`${groupedNumber(all + own.length)} named`}>
      <ul className={classes.plain}>
        {shown.map((subject) => (
          <li key={`${subject.kind} ${subject.id}`}>
            <Link prefetch={false} href={hrefOf(subject)}>
              {visibleText(subject.name)}
            </Link>
          </li>
        ))}
        {own.map((secret) => (
          <li key={`${secret.ownerId} ${secret.hint}`}>
            <OwnerLink {...secret} sees={sees}>
              {visibleText(ownSecretWords(secret))}
            </OwnerLink>
          </li>
        ))}
        {all > shown.length ? <li className="muted">and {groupedNumber(all - shown.length)} more</li> : null}
      </ul>
    </Card>
  );
}

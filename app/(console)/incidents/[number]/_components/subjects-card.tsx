import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { type IncidentDetail, type IncidentSubject, ownSecretWords } from "#lib/incidents/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import { ownerHref } from "#lib/scanners/model.ts";
import classes from "./steps.module.css";

const SHOWN = 8;

function hrefOf({ kind, id }: IncidentSubject): string {
  return kind === "family" ? `/families/${id}` : `/${kind}s/${id}`;
}

/** What the case is about, as it was named. */
export function SubjectsCard({ incident }: { incident: IncidentDetail }) {
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
            <Link prefetch={false} href={ownerHref(secret.kind, secret.ownerId)}>
              {visibleText(ownSecretWords(secret))}
            </Link>
          </li>
        ))}
        {all > shown.length ? <li className="muted">and {groupedNumber(all - shown.length)} more</li> : null}
      </ul>
    </Card>
  );
}

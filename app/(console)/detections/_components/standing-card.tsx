import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import type { DetectionDetail } from "#lib/detections/model.ts";
import { incidentHref } from "#lib/incidents/model.ts";
import classes from "./detections.module.css";
import { detectionWords as words } from "./words.ts";

/** The case that it is in, or what mutes it; nothing where it is open. */
export function StandingCard({ detection: { incident, mute, client } }: { detection: DetectionDetail }) {
  if (incident !== null)
    return (
      <Card title={words.inCase}>
        <p className={classes.note}>
          <Link prefetch={false} href={incidentHref(incident.number)}>
            Case {incident.number}: {incident.title}
          </Link>{" "}
          <StateBadge state={incident.state} />
        </p>
      </Card>
    );
  if (mute === null) return null;
  return (
    <Card title={words.muted}>
      <p className={classes.note}>
        {mute.tokenId === null ? `For all tokens of ${client?.clientId ?? "the client"}` : "For this token"},
        until <Instant at={mute.endsAt} show="exact" focusable />: {mute.reason}
      </p>
      <small className="muted">
        By {mute.by.name} <Instant at={mute.createdAt} focusable />
      </small>
    </Card>
  );
}

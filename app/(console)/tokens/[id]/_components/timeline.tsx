import Link from "next/link";
import { ActorName } from "#app/(console)/_components/actor-name.tsx";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { Scroller } from "#components/display/scroller.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { actOutcomeWords } from "#lib/audit/act-words.ts";
import { eventTime, newestFirst, toldAt } from "#lib/audit/event-time.ts";
import type { ActivityRow, AuditEntryRow } from "#lib/audit/model.ts";
import { refusalWords, sourceWords } from "#lib/audit/use-words.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import { actTargetWords } from "#lib/revocations/target-words.ts";
import classes from "./timeline.module.css";

const SHOWN = 25;

/** What an act was upon, behind its words: not this token, and no kind that the words have named. */
function nameAfter(entry: AuditEntryRow): string {
  if (entry.target.kind === "token") return "";
  const { name } = actTargetWords(entry);
  const kind = `${entry.target.kind} `;
  return actOutcomeWords(entry).endsWith(kind.trim()) && name.startsWith(kind)
    ? name.slice(kind.length)
    : name;
}

function Event({ row }: { row: ActivityRow }) {
  if (row.kind === "act") {
    const { entry } = row;
    return (
      <tr data-act>
        <td>
          <Instant at={row.at} />
        </td>
        <td>
          <StateBadge state={entry.outcome === "done" ? "done" : "refused"} />
        </td>
        <td colSpan={3}>
          <strong>
            <ActorName actor={entry.actor} />
          </strong>{" "}
          {actOutcomeWords(entry)} {visibleText(nameAfter(entry))}
          {entry.note ? ` · “${visibleText(entry.note)}”` : ""}
        </td>
        <td>{entry.ip === null ? "" : <AddressLink ip={entry.ip} />}</td>
      </tr>
    );
  }
  const { use } = row;
  const told = toldAt(row);
  return (
    <tr>
      <td>
        <Instant at={eventTime(row)} />
        {told === null ? null : (
          <small className={classes.told}>
            told <Instant at={told} />
          </small>
        )}
      </td>
      <td>
        <StateBadge state={use.outcome} />
      </td>
      <td>{use.verifier?.name ?? sourceWords(use.source)}</td>
      <td>
        {use.method ? <span className="mono">{use.method} </span> : null}
        {use.path ? <span className="mono">{use.path}</span> : <span className="faint">–</span>}
      </td>
      <td className={classes.why}>{use.refusal ? refusalWords(use.refusal) : ""}</td>
      <td>
        {use.ip === null ? "" : <AddressLink ip={use.ip} />} {use.country ?? ""}
      </td>
    </tr>
  );
}

/** The latest that came on record of a token, newest first by when it was: uses, refused attempts, and what admins did to it. */
export function Timeline({
  tokenId,
  activity,
  hasMore,
}: {
  tokenId: string;
  activity: ActivityRow[];
  hasMore: boolean;
}) {
  const isCut = hasMore || activity.length > SHOWN;
  return (
    <Card
      title="Timeline"
      flush
      aside={
        <Link prefetch={false} href={`/audit?token=${tokenId}`}>
          {isCut ? `Newest ${Math.min(SHOWN, activity.length)} · all in the audit log` : "In the audit log"}
        </Link>
      }
    >
      {activity.length === 0 ? (
        <p className={classes.none}>Nothing has happened to it yet.</p>
      ) : (
        <Scroller className={classes.frame} label="Timeline">
          <table className={classes.table}>
            <thead>
              <tr>
                <th>When</th>
                <th>Outcome</th>
                <th>Where</th>
                <th>Request</th>
                <th>Why</th>
                <th>From</th>
              </tr>
            </thead>
            <tbody>
              {newestFirst(activity.slice(0, SHOWN)).map((row) => (
                <Event key={`${row.kind} ${row.id}`} row={row} />
              ))}
            </tbody>
          </table>
        </Scroller>
      )}
    </Card>
  );
}

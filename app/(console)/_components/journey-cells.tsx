import { IconCircleCheck, IconHourglass } from "@tabler/icons-react";
import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { type JourneyRow, SEEN_WAY_WORDS } from "#lib/propagation/model.ts";
import classes from "./journey-board.module.css";
import { journeyWords as words } from "./journey-words.ts";
import { outlasted } from "./outlasted.ts";
import { wayWords } from "./way-words.ts";
import { waysDiffer } from "./ways-differ.ts";

/** Who it is, and how it checks: as its owner says, and as it was seen where that differs. */
export function JourneyVerifier({ row }: { row: JourneyRow }) {
  const seen = row.seenWays.map((way) => SEEN_WAY_WORDS[way]).join(", ");
  return (
    <>
      <Link prefetch={false} href={`/verifiers/${row.verifierId}`}>
        {row.name}
      </Link>
      <small>
        {wayWords(row)}
        {waysDiffer(row) ? ` · ${words.seen}: ${seen}` : null}
      </small>
      {row.isDisabled ? (
        <small>
          <b>{words.disabled}</b>
        </small>
      ) : null}
      {row.formerAudiences.length === 0 ? null : <small>{words.former(row.formerAudiences)}</small>}
    </>
  );
}

/** Where it stands, in words, and why. */
export function JourneyWhere({
  row,
  committedMs,
  isGivingBack,
  endedAt,
}: {
  row: JourneyRow;
  committedMs: number;
  isGivingBack: boolean;
  /** Of a suspension that is over; else null. */
  endedAt: string | null;
}) {
  if (endedAt !== null) return <JourneyWas row={row} committedMs={committedMs} endedAt={endedAt} />;
  const isReached = row.state === "reached";
  const word = isGivingBack
    ? isReached
      ? words.knows
      : words.unaware
    : isReached
      ? words.refuses
      : words.canAccept;
  const { count, acknowledged } = row.instances;
  return (
    <>
      <span className={classes.where} data-state={row.state}>
        {isReached ? (
          <IconCircleCheck size={14} className={classes.tone} aria-hidden />
        ) : (
          <IconHourglass size={14} className={classes.tone} aria-hidden />
        )}
        <b className={classes.tone}>{word}</b>{" "}
        {row.until === null ? null : (
          <>
            {isReached ? words.since : words.until} <Instant at={row.until} show="exact" focusable />
            {isReached ? (
              <span className="faint">+{words.afterMs(Date.parse(row.until) - committedMs)}</span>
            ) : null}
          </>
        )}
      </span>
      <small>
        {row.says}
        {count > 0 && (count > 1 || acknowledged < count)
          ? ` ${words.ofInstances(acknowledged, count)}.`
          : ""}
      </small>
      <JourneyEvidence acceptedAt={row.acceptedAt} />
    </>
  );
}

/** Where it stood while a suspension held that is over. */
function JourneyWas({
  row,
  committedMs,
  endedAt,
}: {
  row: JourneyRow;
  committedMs: number;
  endedAt: string;
}) {
  const isSpared = outlasted(row, endedAt);
  return (
    <>
      <span className={classes.where} data-state="past">
        <b className={classes.tone}>{isSpared ? words.couldAccept : words.refused}</b>{" "}
        {row.until === null ? null : (
          <>
            {isSpared ? words.until : words.from} <Instant at={row.until} show="exact" focusable />
            {isSpared ? null : (
              <span className="faint">+{words.afterMs(Date.parse(row.until) - committedMs)}</span>
            )}
          </>
        )}
      </span>
      <small>{row.says}</small>
      <JourneyEvidence acceptedAt={row.acceptedAt} />
    </>
  );
}

function JourneyEvidence({ acceptedAt }: { acceptedAt: string | null }) {
  return acceptedAt === null ? null : (
    <small>
      <b>
        {words.acceptedAt} <Instant at={acceptedAt} show="exact" focusable />, {words.afterRefusal}
      </b>
    </small>
  );
}

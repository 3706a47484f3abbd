"use client";

import { Button, VisuallyHidden } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { useDrawEvery } from "#components/live/live.tsx";
import type { Journey, JourneyRow } from "#lib/propagation/model.ts";
import classes from "./journey-board.module.css";
import { JourneyVerifier, JourneyWhere } from "./journey-cells.tsx";
import { JourneyLane } from "./journey-lane.tsx";
import { ticksUpTo } from "./journey-scale.ts";
import { JourneySummary } from "./journey-summary.tsx";
import { journeyWords as words } from "./journey-words.ts";

/** What is open ends by the hour alone: it is drawn again then, and now and then before. */
const DRAW_MS = { min: 500, max: 15_000 };
/** Shown at first: those who can still accept come first, and hundreds would push the rest of a page out of sight. */
const SHOWN = 25;
/** The axis is never shorter, so that it does not jump with the first acknowledgements. */
const SHORTEST_MS = 10_000;

const msOf = (at: string | null) => (at === null ? null : Date.parse(at));

/** Who can still accept comes first, for longest first. */
function openFirst(one: JourneyRow, other: JourneyRow): number {
  if (one.state !== other.state) return one.state === "open" ? -1 : 1;
  if (one.state === "reached") return one.name.localeCompare(other.name);
  return (other.until ?? "9").localeCompare(one.until ?? "9") || one.name.localeCompare(other.name);
}

/**
 * An order's journey: the verifiers as rows, the time since its commit across; where each acknowledged, and until when it can still accept, drawn
 * and in words. `rows` are those to show, all of the journey's unless told.
 */
export function JourneyBoard({ journey, rows = journey.rows }: { journey: Journey; rows?: JourneyRow[] }) {
  const [isWhole, setWhole] = useState(false);
  const ends = journey.rows.flatMap(({ state, until }) =>
    state === "open" && until ? Date.parse(until) : [],
  );
  const nextInMs = Math.min(DRAW_MS.max, ...ends.map((ms) => ms - Date.parse(journey.at) + 150));
  useDrawEvery(journey.open === 0 ? null : Math.max(DRAW_MS.min, nextInMs));
  if (journey.rows.length === 0)
    return (
      <EmptyState icon={<IconRoute size={28} stroke={1.5} />} title={words.noneTitle}>
        {words.none}
      </EmptyState>
    );
  const committedMs = Date.parse(journey.order.committedAt);
  const longestMs = Math.max(
    SHORTEST_MS,
    (msOf(journey.order.endedAt) ?? committedMs) - committedMs,
    ...journey.rows.flatMap((row) =>
      [row.until, row.acknowledgedAt].map((at) => (msOf(at) ?? committedMs) - committedMs),
    ),
  );
  const ticks = ticksUpTo(longestMs);
  const isGivingBack = journey.order.verb === "restore" || journey.order.verb === "cancel";
  const sorted = rows.toSorted(openFirst);
  const shown = isWhole ? sorted : sorted.slice(0, SHOWN);
  return (
    <div className={classes.board}>
      <JourneySummary journey={journey} />
      {rows.length === 0 ? (
        <p className="muted">{words.noMatch}</p>
      ) : (
        <table className={classes.table} aria-label={words.table}>
          <thead>
            <tr>
              <th scope="col">{words.verifier}</th>
              <th scope="col" className={classes.axisCell}>
                <VisuallyHidden>{words.journey}</VisuallyHidden>
                <span className={classes.axis} aria-hidden>
                  {ticks.map(({ place, word }) => (
                    <span key={word} className={classes.tick} style={{ left: `${place * 100}%` }}>
                      {word}
                    </span>
                  ))}
                </span>
              </th>
              <th scope="col">{words.standing}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.verifierId} data-state={row.state}>
                <th scope="row">
                  <JourneyVerifier row={row} />
                </th>
                <td className={classes.laneCell}>
                  <JourneyLane
                    row={row}
                    committedMs={committedMs}
                    nowMs={Date.parse(journey.at)}
                    longestMs={longestMs}
                    ticks={ticks}
                    endedMs={msOf(journey.order.endedAt)}
                  />
                </td>
                <td>
                  <JourneyWhere
                    row={row}
                    committedMs={committedMs}
                    isGivingBack={isGivingBack}
                    endedAt={journey.order.endedAt}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.length < rows.length ? (
        <div>
          <Button variant="default" size="compact-sm" onClick={() => setWhole(true)}>
            {words.showAll(rows.length)}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

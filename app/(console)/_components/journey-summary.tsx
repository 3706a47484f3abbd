import { IconCircleCheck, IconHourglass, IconPlayerPlay } from "@tabler/icons-react";
import { Instant } from "#components/display/instant.tsx";
import type { Journey } from "#lib/propagation/model.ts";
import classes from "./journey-board.module.css";
import { journeyWords as words } from "./journey-words.ts";
import { outlasted } from "./outlasted.ts";

/** The answer before the detail: does everybody refuse, or who does not, and until when. */
export function JourneySummary({ journey }: { journey: Journey }) {
  const { order, open, rows, everywhereAt } = journey;
  const isGivingBack = order.verb === "restore" || order.verb === "cancel";
  const isDone = open === 0;
  const afterMs = everywhereAt === null ? 0 : Date.parse(everywhereAt) - Date.parse(order.committedAt);
  const said = isDone
    ? (isGivingBack ? words.everywhereKnown : words.everywhere)(rows.length)
    : (isGivingBack ? words.someUnaware : words.someAccept)(open, rows.length);
  if (order.endedAt !== null) return <PastSummary journey={journey} endedAt={order.endedAt} />;
  return (
    <div className={classes.summary}>
      <p className={classes.answer} data-state={isDone ? "reached" : "open"} role="status">
        {isDone ? (
          <IconCircleCheck size={18} className={classes.tone} aria-hidden />
        ) : (
          <IconHourglass size={18} className={classes.tone} aria-hidden />
        )}
        <span>
          <b className={classes.tone}>{said}</b>
          {everywhereAt === null ? null : isDone ? (
            <>
              {" "}
              {words.since} <Instant at={everywhereAt} show="exact" focusable />{" "}
              <span className="faint">+{words.afterMs(afterMs)}</span>
            </>
          ) : (
            <>
              , {words.lastUntil} <Instant at={everywhereAt} show="exact" focusable />
            </>
          )}
        </span>
      </p>
      <ul className={classes.legend} aria-hidden>
        <li>
          <i className={classes.keyCould} /> {isGivingBack ? words.legendUnaware : words.legendAccept}
        </li>
        <li>
          <i className={classes.keyAcknowledged} /> {words.legendAcknowledged}
        </li>
        <li>
          <i className={classes.keyRefuses} /> {isGivingBack ? words.legendKnows : words.legendRefuses}
        </li>
      </ul>
      {order.standing === "scheduled" ? (
        <p className="muted">
          {words.scheduled} <Instant at={order.holdsFrom} show="exact" focusable />.
        </p>
      ) : null}
      {order.standing === "cancelled" ? <p className="muted">{words.called}</p> : null}
      {order.standing === "over" || order.standing === "restored" ? (
        <p className="muted">{words.over}.</p>
      ) : null}
      {journey.isExact ? null : (
        <p className="muted">{order.standing === "scheduled" ? words.unbegun : words.inexact}</p>
      )}
    </div>
  );
}

/** Of a suspension that is over: its tokens work, and what each verifier did meanwhile is history. */
function PastSummary({ journey, endedAt }: { journey: Journey; endedAt: string }) {
  const { rows } = journey;
  const refused = rows.filter((row) => !outlasted(row, endedAt)).length;
  return (
    <div className={classes.summary}>
      <div>
        <p className={classes.answer} data-state="past" role="status">
          <IconPlayerPlay size={18} className={classes.tone} aria-hidden />
          <span>
            <b className={classes.tone}>{words.over}</b> {words.since}{" "}
            <Instant at={endedAt} show="exact" focusable />
          </span>
        </p>
        <p className="muted">{words.whileItHeld(refused, rows.length)}</p>
      </div>
      <ul className={classes.legend} aria-hidden>
        <li>
          <i className={classes.keyCould} /> {words.legendCould}
        </li>
        <li>
          <i className={classes.keyAcknowledged} /> {words.legendAcknowledged}
        </li>
        <li>
          <i className={classes.keyRefuses} /> {words.legendRefused}
        </li>
      </ul>
    </div>
  );
}

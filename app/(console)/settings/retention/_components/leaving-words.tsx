import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { bytesWords, type RetentionPlan, weekWords } from "#lib/retention/model.ts";
import { counted } from "./words.ts";

const NAMED = 6;

/** What fewer days would take out, in words. */
export function LeavingWords({ plan }: { plan: RetentionPlan }) {
  const { weeks, tokens, bytes } = plan;
  const more = weeks.length - NAMED;
  return (
    <>
      <p>
        With {counted(plan.expiredTokenDays, "day", "days", groupedNumber)},{" "}
        <strong>
          {counted(tokens, "token", "tokens", groupedNumber)} of{" "}
          {counted(weeks.length, "week", "weeks", groupedNumber)}
        </strong>{" "}
        leave the register with the next run, <Instant at={plan.nextRunAt} show="exact" />:{" "}
        {bytesWords(bytes)} on disk. They do not come back.
      </p>
      <ul>
        {weeks.slice(0, NAMED).map(({ week, tokens: ofWeek }) => (
          <li key={week}>
            {weekWords(week)}: {counted(ofWeek, "token", "tokens", groupedNumber)}
          </li>
        ))}
        {more > 0 ? <li>and {counted(more, "more week", "more weeks", groupedNumber)}</li> : null}
      </ul>
      <p className="muted">
        All of them have expired. Their uses and the acts upon them stay in the audit log.
      </p>
    </>
  );
}

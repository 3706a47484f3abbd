import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { bytesWords, type Retention, weekWords } from "#lib/retention/model.ts";
import { counted, retentionWords as words } from "./words.ts";

/** The next week to leave, where the next run takes none. */
function nextToLeave({ weeks }: Retention) {
  return [...weeks].sort((one, other) => (one.leavesAt < other.leavesAt ? -1 : 1))[0];
}

/** When the worker looks next, and what it will take out. */
export function NextRunCard({ retention }: { retention: Retention }) {
  const { due, nextRunAt } = retention;
  const next = nextToLeave(retention);
  return (
    <Card title={words.next}>
      <p>
        Every hour; next on <Instant at={nextRunAt} show="exact" focusable /> (<Instant at={nextRunAt} />
        ).{" "}
        {due.weeks.length > 0 ? (
          <>
            It takes out{" "}
            <strong>
              {counted(due.tokens, "token", "tokens", groupedNumber)} of{" "}
              {counted(due.weeks.length, "week", "weeks", groupedNumber)}
            </strong>{" "}
            and gives {bytesWords(due.bytes)} back.
          </>
        ) : next === undefined ? (
          "There is nothing in the register."
        ) : (
          <>
            Nothing leaves with it. The first to go is {weekWords(next.week)}, not before{" "}
            <Instant at={next.leavesAt} show="exact" focusable />.
          </>
        )}
      </p>
    </Card>
  );
}

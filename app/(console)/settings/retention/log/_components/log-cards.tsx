import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { dayWords, type KeptActs, type LogRetention } from "#lib/log-retention/model.ts";
import { bytesWords } from "#lib/retention/model.ts";
import { counted } from "../../_components/words.ts";
import { logRetentionWords as words } from "./words.ts";

const uses = (count: number) => counted(count, "use", "uses", groupedNumber);
const acts = (count: number) => counted(count, "act", "acts", groupedNumber);

/** When the worker looks next, and what it will take out. */
export function NextLogRunCard({ retention }: { retention: LogRetention }) {
  const { due, days, heldDay } = retention;
  const [first] = days;
  // what is younger than a day that is held stays with it
  const leaves = heldDay === null && due.days.days.length > 0;
  const takes = [
    leaves
      ? `about ${uses(due.days.uses)} of ${counted(due.days.days.length, "day", "days", groupedNumber)}`
      : null,
    due.acts === null ? null : acts(due.acts.acts),
  ].filter((part) => part !== null);
  return (
    <Card title={words.next}>
      <p>
        Every hour; next on <Instant at={due.nextRunAt} show="exact" focusable /> (
        <Instant at={due.nextRunAt} />
        ).{" "}
        {takes.length > 0 ? (
          <>
            It takes out <strong>{takes.join(" and ")}</strong>
            {leaves ? `, and gives ${bytesWords(due.days.bytes)} back` : ""}.
          </>
        ) : heldDay !== null ? (
          `No uses leave with it, as long as those of ${dayWords(heldDay.day)} stay.`
        ) : first === undefined ? (
          "There is nothing in the log."
        ) : (
          <>
            Nothing leaves with it. The first uses to go are those of {dayWords(first.day)}, not before{" "}
            {dayWords(first.leavesAt.slice(0, 10))} (<Instant at={first.leavesAt} focusable />
            ).
          </>
        )}
      </p>
      {due.keptActs === null ? null : <KeptActsWords {...due.keptActs} />}
    </Card>
  );
}

/** Why acts stay for longer than the setting says. */
function KeptActsWords({ since, until }: KeptActs) {
  return (
    <p className="muted">
      Acts since <Instant at={since} show="exact" focusable /> stay for now:{" "}
      {until === null ? (
        "a person is being erased, and they say since when."
      ) : (
        <>
          they say whose uses were erased, and those uses leave on{" "}
          <Instant at={until} show="exact" focusable />. Without them, an erased use would look like one that
          somebody changed.
        </>
      )}
    </p>
  );
}

/** Rows and bytes of what is kept, how much a day adds, and what that will come to. */
export function LogCostCard({ retention }: { retention: LogRetention }) {
  const { perDay, useDays, actDays } = retention;
  return (
    <Card title={words.cost}>
      <KeyValue
        wide
        items={[
          {
            key: "Uses",
            value: `about ${uses(retention.uses)}, ${bytesWords(retention.bytes)} on disk with their indexes`,
          },
          {
            key: "A day adds",
            value:
              perDay === null
                ? "not to be told before a whole day is there"
                : `about ${uses(perDay.uses)} and ${bytesWords(perDay.bytes)}, from the last ${counted(perDay.days, "whole day", "whole days", groupedNumber)}`,
          },
          {
            key: "At this pace",
            value:
              perDay === null
                ? "not to be told before a whole day is there"
                : `about ${uses(perDay.uses * (useDays + 1))} and ${bytesWords(perDay.bytes * (useDays + 1))}, kept for ${groupedNumber(useDays)} days`,
          },
          {
            key: "Acts",
            value: `${acts(retention.acts.count)}, ${bytesWords(retention.acts.bytes)} on disk with their indexes${
              retention.acts.perDay === null
                ? ""
                : `; a day adds about ${groupedNumber(retention.acts.perDay)}, ${groupedNumber(retention.acts.perDay * actDays)} at this pace`
            }`,
          },
          { key: "Seals", value: `${bytesWords(retention.sealBytes)} with the checkpoints; they stay` },
        ]}
      />
    </Card>
  );
}

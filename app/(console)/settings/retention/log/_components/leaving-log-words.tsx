import { Stack } from "@mantine/core";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { dayWords, type LogPlan } from "#lib/log-retention/model.ts";
import { bytesWords } from "#lib/retention/model.ts";
import { counted } from "../../_components/words.ts";

/** What fewer days would take out, in words. */
export function LeavingLogWords({ plan }: { plan: LogPlan }) {
  const { days, acts, nextRunAt } = plan;
  const [first, last] = [days.days[0], days.days.at(-1)];
  return (
    <Stack gap="xs">
      <p>
        The next run, <Instant at={nextRunAt} show="exact" />, takes out of the log:
      </p>
      {first !== undefined && last !== undefined ? (
        <p>
          <strong>
            about {counted(days.uses, "use", "uses", groupedNumber)} of{" "}
            {counted(days.days.length, "day", "days", groupedNumber)}
          </strong>
          , {first.day === last.day ? dayWords(first.day) : `${dayWords(first.day)} to ${dayWords(last.day)}`}
          : {bytesWords(days.bytes)} on disk.
        </p>
      ) : null}
      {acts !== null ? (
        <p>
          <strong>{counted(acts.acts, "act", "acts", groupedNumber)}</strong> from before{" "}
          <Instant at={acts.until} show="exact" />, up to entry {groupedNumber(acts.through)}.
        </p>
      ) : null}
      <p>
        They do not come back: what tokens did then, and who did what to them, is answered by nothing any
        more. Export first what you may need.
      </p>
      <p className="muted">
        The seals stay. A verification of the log names what is gone by retention and under which checkpoint.
      </p>
    </Stack>
  );
}

import { List, Stack } from "@mantine/core";
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
    <Stack gap="xs">
      <p>
        With {counted(plan.expiredTokenDays, "day", "days", groupedNumber)},{" "}
        <strong>
          {counted(tokens, "token", "tokens", groupedNumber)} of{" "}
          {counted(weeks.length, "week", "weeks", groupedNumber)}
        </strong>{" "}
        leave the register with the next run, <Instant at={plan.nextRunAt} show="exact" />:{" "}
        {bytesWords(bytes)} on disk. They do not come back.
      </p>
      <List size="sm" withPadding>
        {weeks.slice(0, NAMED).map(({ week, tokens: ofWeek }) => (
          <List.Item key={week}>
            {weekWords(week)}: {counted(ofWeek, "token", "tokens", groupedNumber)}
          </List.Item>
        ))}
        {more > 0 ? (
          <List.Item>and {counted(more, "more week", "more weeks", groupedNumber)}</List.Item>
        ) : null}
      </List>
      <p className="muted">
        All of them have expired. Their uses and the acts upon them stay in the audit log.
      </p>
    </Stack>
  );
}

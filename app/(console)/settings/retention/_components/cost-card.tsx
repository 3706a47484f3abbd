import { Card } from "#components/display/card.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { bytesWords, type Retention, WEEK_MS, weekOf, weekWords } from "#lib/retention/model.ts";
import { counted, retentionWords as words } from "./words.ts";

const PACE_WEEKS = 4;

/** What the register would come to at the pace of the last whole weeks; null where there is none yet. */
function atThisPace({ weeks, expiredTokenDays }: Retention, now: string) {
  const startOf = (week: string) => Date.parse(`${week}T00:00:00Z`);
  const end = weekOf(new Date(now)).getTime();
  const oldest = weeks.find((week) => week.tokens > 0);
  const from = Math.max(oldest === undefined ? end : startOf(oldest.week), end - PACE_WEEKS * WEEK_MS);
  const count = (end - from) / WEEK_MS;
  if (count <= 0) return null;
  const whole = weeks.filter(({ week }) => startOf(week) >= from && startOf(week) < end);
  const tokens = whole.reduce((sum, week) => sum + week.tokens, 0) / count;
  const bytes = whole.reduce((sum, week) => sum + (week.bytes ?? 0), 0) / count;
  // a week stays until the last of it has been expired for so many days
  const kept = (expiredTokenDays + 7) / 7;
  return { tokens: Math.round(tokens * kept), bytes: bytes * kept, weeks: count };
}

/** Rows and bytes of what is kept, and what they will come to. */
export function CostCard({ retention, now }: { retention: Retention; now: string }) {
  const { weeks, tokens, bytes, besideBytes } = retention;
  const oldest = weeks.find((week) => week.tokens > 0);
  const pace = atThisPace(retention, now);
  return (
    <Card title={words.cost}>
      <KeyValue
        wide
        items={[
          {
            key: "In the register",
            value: `${counted(tokens, "token", "tokens", groupedNumber)}, ${bytesWords(bytes)} on disk with their indexes and labels`,
          },
          {
            key: "Beside it",
            value: `${bytesWords(besideBytes)}: last uses, standings, exchanges, families, counts`,
          },
          { key: "Oldest", value: oldest === undefined ? "none" : weekWords(oldest.week) },
          {
            key: "At this pace",
            value:
              pace === null
                ? "not to be told before a whole week is there"
                : `about ${groupedNumber(pace.tokens)} tokens and ${bytesWords(pace.bytes)}, from the last ${counted(pace.weeks, "whole week", "whole weeks", groupedNumber)}; tokens that live longer than a week keep more`,
          },
        ]}
      />
    </Card>
  );
}

import type { SignedInContext } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber, NumberText } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { getUseSummary } from "#lib/audit/get-use-summary.ts";
import type { UseSummary } from "#lib/audit/model.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import classes from "./lifeline.module.css";
import type { LogOf } from "./lifeline-card.tsx";
import { lifelineWords as words } from "./words.ts";

/** What was answered, as verifiers reported it. */
function answersOf({ statuses, bytes }: UseSummary): string {
  if (statuses.length === 0 && bytes === null) return words.noAnswers;
  return [
    ...statuses.map(({ status, uses }) => `HTTP ${status}: ${groupedNumber(uses)}`),
    ...(bytes === null ? [] : [`${groupedNumber(bytes)} ${bytes === 1 ? "byte" : "bytes"}`]),
  ].join(" · ");
}

/** Which endpoints were called, and what was answered. */
export async function Endpoints({ ctx, log, at }: { ctx: SignedInContext; log: LogOf; at: string }) {
  const { query } = parseListQuery(tokenUsesTable, { ...log, at });
  const summary = await getUseSummary(ctx, query.filters);
  if (summary === null)
    return (
      <Card title={words.endpoints}>
        <p className="muted">{words.notRead}</p>
      </Card>
    );
  return (
    <Card title={words.endpoints} aside={answersOf(summary)}>
      {summary.endpoints.length === 0 ? (
        <p className="muted">{words.noEndpoints}</p>
      ) : (
        <PlainTable
          name={words.endpoints}
          rows={summary.endpoints}
          keyOf={({ endpoint }) => endpoint}
          columns={[
            {
              header: words.request,
              isWrapping: true,
              cell: (row) => <span className="mono">{row.endpoint}</span>,
            },
            {
              header: words.uses,
              cell: (row) => (
                <>
                  <NumberText value={row.uses} />{" "}
                  {row.refused > 0 ? (
                    <span className={classes.refused}>
                      <NumberText value={row.refused} /> {words.ofThemRefused}
                    </span>
                  ) : null}
                </>
              ),
            },
            { header: words.first, isExtra: true, cell: (row) => <Instant at={row.firstAt} /> },
            { header: words.last, cell: (row) => <Instant at={row.lastAt} /> },
          ]}
        />
      )}
      {summary.isCut ? <p className={classes.note}>{words.newestOnly(summary.lookedAt)}</p> : null}
    </Card>
  );
}

import { defineRoute } from "#app/_lib/define-route.ts";
import { actHistogram } from "#app/_lib/schemas/audit.ts";
import { getActHistogram } from "#lib/audit/get-act-histogram.ts";
import { auditEntriesTable } from "#lib/audit/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/audit-entries/histogram",
  summary: "Counts admin acts over time by outcome",
  description:
    "Takes the filters of the list of acts. Without `at` it counts from where the log begins; at most 90 days, the newest. Where there are more acts than can be counted in time, the newest are counted: buckets and total begin at `countedFrom`.",
  permission: "audit:read",
  list: auditEntriesTable,
  response: actHistogram,
  handler: (ctx, { list }) => getActHistogram(ctx, list.filters),
});

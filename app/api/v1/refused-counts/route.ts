import { defineRoute } from "#app/_lib/define-route.ts";
import { logPageOf, refusedCountRow } from "#app/_lib/schemas/audit.ts";
import { listRefusedCounts } from "#lib/audit/list-refused-counts.ts";
import { refusedCountsTable } from "#lib/audit/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/refused-counts",
  summary:
    "Lists what was refused without a token on record, counted by asker, address and minute, newest first",
  permission: "audit:read",
  list: refusedCountsTable,
  response: logPageOf(refusedCountRow),
  handler: (ctx, { list }) => listRefusedCounts(ctx, list),
});

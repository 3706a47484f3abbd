import { defineRoute } from "#app/_lib/define-route.ts";
import { incidentDetail, incidentRow } from "#app/_lib/schemas/incidents.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { openIncidentInput } from "#lib/incidents/input.ts";
import { listIncidents } from "#lib/incidents/list-incidents.ts";
import { openIncident } from "#lib/incidents/open-incident.ts";
import { incidentsTable } from "#lib/incidents/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents",
  summary: "Lists cases",
  permission: "incident:read",
  list: incidentsTable,
  response: pageOf(incidentRow),
  handler: (ctx, { list }) => listIncidents(ctx, list),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/incidents",
  summary: "Opens a case on tokens, families, users or clients",
  description:
    "Up to 5,000 tokens come with the case, more by `subjects`. `compromisedFrom` with `why` sets its window; without it the window is suggested from the log: the first use from a new country or network, or else the issue; `compromisedWhy` says which.",
  permission: "incident:write",
  refusals: [404],
  body: openIncidentInput,
  response: incidentDetail,
  status: 201,
  location: ({ number }) => `/api/v1/incidents/${number}`,
  handler: (ctx, { body }) => openIncident(ctx, body),
});

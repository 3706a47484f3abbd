import { defineRoute } from "#app/_lib/define-route.ts";
import { compromiseWindow } from "#app/_lib/schemas/incidents.ts";
import { getCompromiseWindow } from "#lib/incidents/get-compromise-window.ts";
import { windowOfParams, windowQuery } from "#lib/incidents/input.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/compromise-windows/{kind}/{id}",
  summary: "Splits the uses of a token, family, user or client by a window, as a case on it would",
  description:
    "Without `from` the window is the one that the log suggests, and `why` says what for. Nothing is kept: a case opened with `compromisedFrom` keeps it. Its uses by phase and place, over the tokens that a case on it would hold.",
  permission: "incident:read",
  params: windowOfParams,
  query: windowQuery,
  response: compromiseWindow,
  handler: (ctx, { params, query }) => getCompromiseWindow(ctx, { ...params, from: query.from }),
});

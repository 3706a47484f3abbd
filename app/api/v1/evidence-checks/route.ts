import { defineRoute } from "#app/_lib/define-route.ts";
import { evidenceCheck } from "#app/_lib/schemas/evidence-checks.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { createCheck } from "#lib/evidence-checks/create-check.ts";
import { createCheckInput } from "#lib/evidence-checks/input.ts";
import { listChecks } from "#lib/evidence-checks/list-checks.ts";
import { EVIDENCE_CHECKS_TABLE } from "#lib/evidence-checks/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/evidence-checks",
  summary: "Lists the verifications of the evidence, newest first",
  permission: "audit:read",
  list: EVIDENCE_CHECKS_TABLE,
  response: pageOf(evidenceCheck),
  handler: (ctx, { list }) => listChecks(ctx, list),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/evidence-checks",
  summary: "Asks for the verification of a span of the evidence; a worker does it",
  description:
    "At most 31 days. Rows are held against their seals, seals against signed checkpoints, and those against what the worker keeps outside of the database. What somebody keeps elsewhere is compared by `npx tokenwarden audit verify --checkpoints` alone.",
  permission: "evidence:verify",
  body: createCheckInput,
  status: 201,
  location: ({ id }) => `/api/v1/evidence-checks/${id}`,
  response: evidenceCheck,
  refusals: [429],
  handler: (ctx, { body }) => createCheck(ctx, body),
});

import { defineRoute } from "#app/_lib/define-route.ts";
import { evidenceFile, numberParams } from "#app/_lib/schemas/incidents.ts";
import { releaseEvidenceInput } from "#lib/incidents/input.ts";
import { evidenceFilePath } from "#lib/incidents/model.ts";
import { releaseEvidence } from "#lib/incidents/release-evidence.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/incidents/{number}/evidence",
  summary: "Lets the evidence of a case out as a file",
  description:
    "Fetch the file at the answer's `Location` within a minute: once, as the same admin or API token. The permissions to read cases, the audit log, tokens, orders and verifiers are needed too.",
  permission: "export:create",
  runBy: "requester",
  stepUp: "exports",
  params: numberParams,
  body: releaseEvidenceInput,
  status: 201,
  location: evidenceFilePath,
  response: evidenceFile,
  refusals: [404],
  handler: (ctx, { params, body }) => releaseEvidence(ctx, params.number, body),
});

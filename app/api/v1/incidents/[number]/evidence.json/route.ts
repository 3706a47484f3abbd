import { defineRoute } from "#app/_lib/define-route.ts";
import { numberParams } from "#app/_lib/schemas/incidents.ts";
import { exportEvidence } from "#lib/incidents/export-evidence.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents/{number}/evidence.json",
  summary: "Exports the evidence of a case as JSON alone",
  description:
    "Each record carries the SHA-256 of its canonical JSON, and `integrity` that of all but itself. `truncated` says what was left out. On record each time.",
  permission: "incident:read",
  refusals: [404],
  params: numberParams,
  response: { contentType: "application/json", description: "`tokenwarden-evidence/3`." },
  handler: async (ctx, { params, request }) => {
    if (request.method === "HEAD") return new Response(null, { headers: { "cache-control": "no-store" } });
    const pack = await exportEvidence(ctx, { number: params.number, as: "json" });
    return new Response(JSON.stringify(pack, null, 2), {
      headers: {
        "content-type": "application/json",
        "content-disposition": `attachment; filename="case-${params.number}-evidence.json"`,
        "cache-control": "no-store",
      },
    });
  },
});

import { defineRoute } from "#app/_lib/define-route.ts";
import { numberParams } from "#app/_lib/schemas/incidents.ts";
import { evidenceHtml } from "#lib/incidents/evidence-html.ts";
import { exportEvidence } from "#lib/incidents/export-evidence.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents/{number}/evidence",
  summary: "Exports the evidence of a case as one printable file",
  description:
    "HTML that needs no script and nothing from elsewhere, with the JSON of `evidence.json` inside. Values of tokens are not in it. On record each time.",
  permission: "incident:read",
  refusals: [404],
  params: numberParams,
  response: { contentType: "text/html", description: "The case, its orders, uses and acts." },
  handler: async (ctx, { params, request }) => {
    // whoever only asks what there would be exports nothing
    if (request.method === "HEAD") return new Response(null, { headers: { "cache-control": "no-store" } });
    const pack = await exportEvidence(ctx, { number: params.number, as: "html" });
    return new Response(evidenceHtml(pack), {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-disposition": `attachment; filename="case-${params.number}-evidence.html"`,
        "content-security-policy":
          "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
        "cache-control": "no-store",
      },
    });
  },
});

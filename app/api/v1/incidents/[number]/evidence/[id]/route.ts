import { defineRoute } from "#app/_lib/define-route.ts";
import { evidenceFileParams } from "#app/_lib/schemas/incidents.ts";
import { evidenceHtml } from "#lib/incidents/evidence-html.ts";
import { exportEvidence } from "#lib/incidents/export-evidence.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents/{number}/evidence/{id}",
  summary: "Fetches the evidence of a case that was let out, once",
  description:
    "HTML that needs no script and nothing from elsewhere, with the JSON inside; or the JSON alone, by its format. Each record carries the SHA-256 of its canonical JSON, and `integrity` that of all but itself. `truncated` says what was left out. Values of tokens are not in it. On record each time.",
  permission: "incident:read",
  refusals: [404, 410],
  params: evidenceFileParams,
  response: {
    contentType: "text/html",
    description: "The case, its orders, uses and acts; `tokenwarden-evidence/4` where JSON was asked for.",
  },
  handler: async (ctx, { params, request }) => {
    // whoever only asks what there would be must not use it up
    if (request.method === "HEAD") return new Response(null, { headers: { "cache-control": "no-store" } });
    const { pack, format } = await exportEvidence(ctx, params);
    const named = {
      "content-disposition": `attachment; filename="case-${params.number}-evidence.${format}"`,
      "cache-control": "no-store",
    };
    if (format === "json")
      return new Response(JSON.stringify(pack, null, 2), {
        headers: { ...named, "content-type": "application/json" },
      });
    return new Response(evidenceHtml(pack), {
      headers: {
        ...named,
        "content-type": "text/html; charset=utf-8",
        "content-security-policy":
          "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
      },
    });
  },
});

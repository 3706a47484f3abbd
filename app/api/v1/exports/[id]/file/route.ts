import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { beginExport } from "#lib/exports/begin-export.ts";
import type { ExportDetail } from "#lib/exports/model.ts";
import { streamExport } from "#lib/exports/stream-export.ts";

const CONTENT_TYPES = {
  csv: "text/csv; charset=utf-8; header=present",
  ndjson: "application/x-ndjson",
  ocsf: "application/x-ndjson",
};
const EXTENSIONS = { csv: "csv", ndjson: "ndjson", ocsf: "ocsf.ndjson" };

/** `tokens-20261125T031000Z.csv` */
function fileName({ list, format, beganAt }: ExportDetail): string {
  const at = (beganAt ?? "").replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  return `${list}-${at}.${EXTENSIONS[format]}`;
}

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/exports/{id}/file",
  summary: "Streams a prepared export, once",
  description:
    "CSV (RFC 4180), NDJSON or OCSF 1.8.0 events as NDJSON, by its format. The connection breaks before the end where it is cancelled or fails: what ended properly is whole. Values of tokens and their hashes are not in it.",
  permission: "signed-in",
  params: idParams,
  refusals: [410],
  response: {
    contentType: "text/csv",
    description: "Rows in the list's order; NDJSON or OCSF where that was asked for.",
  },
  handler: async (ctx, { params, request }) => {
    // whoever only asks what there would be must not use it up
    if (request.method === "HEAD") return new Response(null, { headers: { "cache-control": "no-store" } });
    const begun = await beginExport(ctx, params.id);
    return new Response(streamExport(ctx, begun), {
      headers: {
        "content-type": CONTENT_TYPES[begun.format],
        "content-disposition": `attachment; filename="${fileName(begun)}"`,
        // no-transform: a proxy that compresses would hold rows back
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
      },
    });
  },
});

import * as flags from "country-flag-icons/string/3x2";

const FLAGS = new Map<string, string>(Object.entries(flags));
const DAY_SECONDS = 86_400;

/** `/flags/FR.svg`: a country's flag, drawn. Pages load the ones that are seen; none is in their JavaScript. */
export async function GET(_request: Request, { params }: { params: Promise<{ file: string }> }) {
  const { file } = await params;
  const svg = FLAGS.get(file.replace(/\.svg$/, ""));
  if (svg === undefined || !file.endsWith(".svg"))
    return new Response(null, { status: 404, headers: { "cache-control": "no-store" } });
  return new Response(svg, {
    headers: {
      "content-type": "image/svg+xml",
      "cache-control": `public, max-age=${DAY_SECONDS}, stale-while-revalidate=${30 * DAY_SECONDS}`,
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    },
  });
}

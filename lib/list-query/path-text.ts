/** Paths as filters and people write them: `/v1/invoices` is a beginning, `invoices` any part, and a `*` at an end says the same. Browser-safe. */

/** The one way a text is written that paths are looked for by, or null where a star stands in its middle: `/v1/` of `/v1/*`, `invoices` of `*invoices*`. */
export function parsePath(text: string): string | null {
  const isAnyPart = text.startsWith("*");
  const rest = text.replace(/^\*+|\*+$/g, "");
  if (rest === "" || rest.includes("*")) return null;
  return isAnyPart && rest.startsWith("/") ? `*${rest}` : rest;
}

/** What a path begins with, or has anywhere. */
export function readPath(text: string): { at: "beginning" | "anywhere"; text: string } {
  if (text.startsWith("*")) return { at: "anywhere", text: text.slice(1) };
  return { at: text.startsWith("/") ? "beginning" : "anywhere", text };
}

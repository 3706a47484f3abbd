const BASE = "http://console.invalid";

/** Where to go after signing in: a path of this console, or its overview for anything else, whatever a link said. */
export function safePath(value: unknown): string {
  if (typeof value !== "string" || !value.startsWith("/") || value.length > 2_000) return "/";
  const url = URL.parse(value, BASE);
  if (url === null || url.origin !== BASE) return "/";
  const path = `${url.pathname}${url.search}${url.hash}`;
  // "/.//host" parses to "//host", which a browser takes for another origin
  if (path.startsWith("//") || /^\/(api|sign-in)(\/|\?|$)/.test(path)) return "/";
  return path;
}

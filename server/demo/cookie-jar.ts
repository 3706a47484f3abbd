type Cookie = { value: string; path: string; expiresAtMs: number };

/** The cookies of one browser at one host. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  /** Takes the cookies of an answer; an expired or empty one is forgotten. */
  take(setCookie: readonly string[] = []): void {
    for (const line of setCookie) {
      const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
      const at = pair.indexOf("=");
      if (at < 1) continue;
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      const read = (key: string) =>
        attributes.find((attribute) => attribute.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
      const path = read("path") ?? "/";
      const lastsMs = Number(read("max-age") ?? Number.NaN) * 1_000;
      const expiresAtMs = Number.isNaN(lastsMs) ? Date.parse(read("expires") ?? "") : Date.now() + lastsMs;
      const key = `${path} ${name}`;
      if (value === "" || expiresAtMs <= Date.now()) this.#cookies.delete(key);
      else
        this.#cookies.set(key, {
          value,
          path,
          expiresAtMs: Number.isNaN(expiresAtMs) ? Number.POSITIVE_INFINITY : expiresAtMs,
        });
    }
  }

  /** The Cookie header for a path, or undefined where there is none to send. */
  header(path: string): string | undefined {
    for (const [key, { expiresAtMs }] of this.#cookies)
      if (expiresAtMs <= Date.now()) this.#cookies.delete(key);
    const matching = [...this.#cookies].filter(([, cookie]) => isUnder(path, cookie.path));
    if (matching.length === 0) return undefined;
    return matching
      .toSorted(([, a], [, b]) => b.path.length - a.path.length)
      .map(([key, { value }]) => `${key.slice(key.indexOf(" ") + 1)}=${value}`)
      .join("; ");
  }
}

/** @see RFC 6265 section 5.1.4 */
function isUnder(path: string, folder: string): boolean {
  if (path === folder || folder === "/") return true;
  return path.startsWith(folder) && (folder.endsWith("/") || path[folder.length] === "/");
}

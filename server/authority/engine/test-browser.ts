/** A browser for tests: cookies by path, redirects one at a time, forms with the headers that browsers send. */
export class TestBrowser {
  readonly #cookies = new Map<string, { value: string; path: string }>();
  readonly #always: Record<string, string>;

  /** @param always headers that each of its requests has. */
  constructor(always: Record<string, string> = {}) {
    this.#always = always;
  }

  #cookieHeader(url: URL): string {
    return [...this.#cookies]
      .filter(
        ([, { path }]) =>
          url.pathname === path || url.pathname.startsWith(path.endsWith("/") ? path : `${path}/`),
      )
      .map(([name, { value }]) => `${name}=${value}`)
      .join("; ");
  }

  #keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
      const at = pair.indexOf("=");
      const path = attributes.find((one) => one.toLowerCase().startsWith("path="))?.slice(5) ?? "/";
      const isGone = attributes.some((one) => one.toLowerCase() === "expires=thu, 01 jan 1970 00:00:00 gmt");
      if (isGone) this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), { value: pair.slice(at + 1), path });
    }
  }

  /** All cookies' values, to look for them where they must not be. */
  get cookieValues(): string[] {
    return [...this.#cookies.values()].map((cookie) => cookie.value);
  }

  /** Another browser with the same cookies: what a thief of them has. */
  copy(): TestBrowser {
    const other = new TestBrowser(this.#always);
    for (const [name, cookie] of this.#cookies) other.#cookies.set(name, { ...cookie });
    return other;
  }

  async request(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const target = new URL(url);
    const headers = new Headers(this.#always);
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    headers.set("accept", "text/html,application/xhtml+xml");
    headers.set("cookie", this.#cookieHeader(target));
    const response = await fetch(target, { ...init, headers, redirect: "manual" });
    this.#keep(response);
    return response;
  }

  /** Follows redirects within `origin`; the answer is a page, or the redirect that leaves it. */
  async open(url: string | URL, init: RequestInit = {}): Promise<{ url: URL; response: Response }> {
    const { origin } = new URL(url);
    let target = new URL(url);
    let response = await this.request(target, init);
    for (let hops = 0; hops < 12; hops += 1) {
      const location = response.headers.get("location");
      if (location === null) return { url: target, response };
      target = new URL(location, target);
      if (target.origin !== origin) return { url: target, response };
      response = await this.request(target);
    }
    throw new Error("too many redirects");
  }

  submit(
    page: URL,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): ReturnType<TestBrowser["open"]> {
    return this.open(page, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: page.origin,
        "sec-fetch-site": "same-origin",
        ...headers,
      },
      body: new URLSearchParams(fields),
    });
  }
}

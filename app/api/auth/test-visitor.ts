import type { BuiltConsole } from "#app/_lib/test-built-console.ts";
import { type TestProvider, walkProvider } from "#lib/sign-in-providers/test-provider.ts";

export type Landed = { path: string; cookies: string[]; status: number };

/** A browser at the console: it keeps cookies, and goes where it is sent. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #console: BuiltConsole;

  constructor(console: BuiltConsole, cookie = "") {
    this.#console = console;
    const at = cookie.indexOf("=");
    if (at > 0) this.cookies.set(cookie.slice(0, at), cookie.slice(at + 1));
  }

  get cookie(): string {
    return [...this.cookies].map((pair) => pair.join("=")).join("; ");
  }

  /** A clone that has the same cookies: what somebody has who stole them. */
  copy(): Visitor {
    const thief = new Visitor(this.#console);
    for (const [name, value] of this.cookies) thief.cookies.set(name, value);
    return thief;
  }

  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(new URL(path, this.#console.origin), {
      redirect: "manual",
      ...init,
      headers: {
        cookie: this.cookie,
        ...(init.method === undefined || init.method === "GET"
          ? {}
          : { origin: this.#console.origin, "sec-fetch-site": "same-origin" }),
        ...init.headers,
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const pair = line.split(";")[0] ?? "";
      const at = pair.indexOf("=");
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  async json(
    path: string,
    method: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await this.send(path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** Begins at a provider. @returns the address that the browser is sent to. */
  async start(providerId: string, form: Record<string, string> = {}, query = ""): Promise<string> {
    const { csrfToken } = (await (await this.send("/api/auth/csrf")).json()) as { csrfToken: string };
    const response = await this.send(`/api/auth/signin/${providerId}${query}`, {
      method: "POST",
      body: new URLSearchParams({ csrfToken, json: "true", callbackUrl: "/", ...form }),
    });
    const answer = (await response.json()) as { url?: string; code?: string };
    return answer.url ?? `${response.status} ${answer.code}`;
  }

  /** Goes where the provider sent it. */
  async land(url: string): Promise<Landed> {
    const response = await this.send(url);
    const location = new URL(response.headers.get("location") ?? "/nowhere", this.#console.origin);
    const isOurs = location.origin === this.#console.origin;
    return {
      path: isOurs ? `${location.pathname}${location.search}` : location.href,
      cookies: response.headers.getSetCookie(),
      status: response.status,
    };
  }

  /** The whole way: question, provider, answer. */
  async signIn(
    provider: TestProvider,
    providerId: string,
    form: Record<string, string> = {},
  ): Promise<Landed> {
    return this.land(await walkProvider(provider, await this.start(providerId, form)));
  }

  get isSignedIn(): boolean {
    return this.cookies.has("tokenwarden.session");
  }
}

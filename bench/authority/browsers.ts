import type { RunningSide } from "#bench/peers/peer.ts";
import { personOf, REDIRECT_URI } from "./people.ts";

/** A password is slow to check on purpose: more at once are no faster, and stand in the way of everything else. */
const MOST_AT_ONCE = 16;
/** A login, what it is confirmed by, and the way back. */
const MOST_HOPS = 16;
const FORM = /<form[^>]*\baction="([^"]+)"[^>]*>([\s\S]*?)<\/form>/;
const HIDDEN = /<input[^>]*\btype="hidden"[^>]*>/g;

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  return value.replaceAll("&amp;", "&").replaceAll("&#x3D;", "=");
}

/** One person's browser at one authority: it keeps cookies and fills the sign-in form in. */
class Browser {
  readonly #cookies = new Map<string, string>();
  readonly #side: RunningSide;
  readonly #person: string;
  readonly #password: string;

  constructor(side: RunningSide, person: string, password: string) {
    this.#side = side;
    this.#person = person;
    this.#password = password;
  }

  async #request(url: URL, form: URLSearchParams | null): Promise<Response> {
    const response = await fetch(url, {
      redirect: "manual",
      headers: {
        accept: "text/html",
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(form === null ? {} : { origin: url.origin, "sec-fetch-site": "same-origin" }),
      },
      ...(form === null ? {} : { method: "POST", body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }

  /** The form of a page, filled in with who this is. */
  #fill(page: string, at: URL): { url: URL; form: URLSearchParams } {
    const [, action, inside = ""] = FORM.exec(page) ?? [];
    if (action === undefined || !inside.includes('name="password"'))
      throw new Error(`${at.pathname} is no page to sign in at: ${page.slice(0, 300)}`);
    const form = new URLSearchParams({
      email: this.#person,
      username: this.#person,
      password: this.#password,
      decision: "sign_in",
    });
    for (const [tag] of inside.matchAll(HIDDEN)) form.set(attribute(tag, "name"), attribute(tag, "value"));
    return { url: new URL(attribute(`action="${action}"`, "action"), at), form };
  }

  /**
   * Goes from the authorization request to a code, signing in where it is asked to.
   *
   * @throws where the way does not end with a code.
   */
  async authorize(): Promise<string> {
    const { signIns } = this.#side;
    let url = new URL(signIns.authorizationUrl(this.#person));
    let form: URLSearchParams | null = null;
    for (let hop = 0; hop < MOST_HOPS; hop += 1) {
      const response = await this.#request(url, form);
      form = null;
      const location = response.headers.get("location");
      const page = await response.text();
      if (location === null) {
        if (response.status !== 200)
          throw new Error(`${url.pathname}: ${response.status} ${page.slice(0, 300)}`);
        ({ url, form } = this.#fill(page, url));
        continue;
      }
      const next = new URL(location, url);
      if (next.href.startsWith(REDIRECT_URI)) {
        const code = next.searchParams.get("code");
        if (code === null) throw new Error(`no code, but ${next.search}`);
        return code;
      }
      url = (await signIns.detour?.(next, this.#person)) ?? next;
    }
    throw new Error("the sign-in goes round in circles");
  }
}

/** People's browsers at one side. Each signs in once; after that it is known there, and each visit gives a code. */
export class Browsers {
  /** Shared out among those who work at once, so that nobody asks for two codes at a time. */
  readonly #shares: Browser[][];
  #visits = 0;

  constructor(side: RunningSide, people: number, password: string, atOnce: number) {
    this.#shares = Array.from({ length: Math.min(atOnce, MOST_AT_ONCE, people) }, () => []);
    for (let index = 0; index < people; index += 1)
      this.#shares[index % this.#shares.length]?.push(new Browser(side, personOf(index), password));
  }

  /** As many codes, of all people in turn. */
  async authorize(count: number): Promise<string[]> {
    const codes: string[] = [];
    const last = this.#visits + count;
    const work = async (share: readonly Browser[]) => {
      while (this.#visits < last) {
        const turn = Math.floor(this.#visits / this.#shares.length);
        this.#visits += 1;
        codes.push((await share[turn % share.length]?.authorize()) ?? "");
      }
    };
    await Promise.all(this.#shares.map(work));
    return codes;
  }
}

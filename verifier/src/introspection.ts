import { type Authority, readBounded, UnexpectedAnswer } from "./authority.ts";
import { VerifierError } from "./errors.ts";
import { cleanPath, cleanText } from "./report.ts";

/** Introspections that wait for their turn, for each that is under way. */
const WAITING_PER_SLOT = 20;
const MAX_ANSWER = 256 * 1024;

export type Use = { method?: string; path?: string; ip?: string; userAgent?: string };

const METHOD = /^[A-Z]{1,16}$/;
const ADDRESS = /^[0-9A-Fa-f:.]{2,45}$/;

/** Where the token was presented, as headers: what a header cannot hold is left out or encoded, for it is the caller's to choose. */
function forwarded(use: Use): Record<string, string> {
  const method = use.method?.toUpperCase();
  const path = cleanPath(use.path)?.toWellFormed();
  const userAgent = cleanText(use.userAgent, 256);
  return {
    ...(method !== undefined && METHOD.test(method) ? { "x-original-method": method } : {}),
    ...(path === undefined ? {} : { "x-original-uri": path.replace(/[^\x21-\x7e]+/g, encodeURIComponent) }),
    ...(use.ip !== undefined && ADDRESS.test(use.ip) ? { "x-forwarded-for": use.ip } : {}),
    ...(userAgent === undefined ? {} : { "user-agent": userAgent.replace(/[^\x20-\x7e]/g, "?") }),
  };
}

/** Asks the authority about tokens. So many at once, twenty times as many waiting; nothing is remembered. @see RFC 7662 */
export class Introspection {
  readonly #authority: Authority;
  readonly #timeoutMs: number;
  readonly #slots: number;
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(authority: Authority, slots: number, timeoutMs: number) {
    this.#authority = authority;
    this.#slots = slots;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * The claims of an active token; null for any other.
   *
   * @throws {VerifierError} `unavailable` where the authority does not answer, or too much is asked at once.
   */
  async ask(token: string, use: Use): Promise<Record<string, unknown> | null> {
    await this.#enter();
    try {
      return await this.#introspect(token, use);
    } catch (cause) {
      if (cause instanceof VerifierError) throw cause;
      throw new VerifierError("unavailable", "The authority cannot be asked at the moment.", { cause });
    } finally {
      this.#leave();
    }
  }

  async #introspect(token: string, use: Use): Promise<Record<string, unknown> | null> {
    const url = await this.#authority.endpoint("introspection");
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
      ...forwarded(use),
    };
    return this.#authority.ask(
      url,
      {
        method: "POST",
        headers,
        body: new URLSearchParams({ token }).toString(),
        totalMs: this.#timeoutMs,
      },
      async (response) => {
        if (response.status !== 200) throw new UnexpectedAnswer(url.pathname, response.status);
        const body = await readBounded(response, MAX_ANSWER);
        const answer = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown> | null;
        return answer?.active === true ? answer : null;
      },
    );
  }

  async #enter(): Promise<void> {
    if (this.#underWay < this.#slots) {
      this.#underWay += 1;
      return;
    }
    if (this.#waiting.length >= this.#slots * WAITING_PER_SLOT)
      throw new VerifierError("unavailable", "Too many tokens are being asked about.");
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    // the slot passes on
    if (next === undefined) this.#underWay -= 1;
    else next();
  }
}

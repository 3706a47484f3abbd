import type { Authority } from "./authority.ts";
import { pause } from "./pause.ts";

const EVERY_MS = 5_000;
/** Facts come to everybody in one moment: what says so waits this long, and is spread over the other, so that refusing comes first, here and at the authority. */
const AFTER_MS = 50;
const SPREAD_MS = 150;

/** Tells the authority how far we are: within a fifth of a second of facts that were applied, and every 5 s. One at a time; what comes meanwhile is told after. */
export class Acknowledger {
  readonly #authority: Authority;
  readonly #body: () => Record<string, unknown>;
  readonly #closing: AbortSignal;
  #wake: () => void = () => undefined;
  #isAsked = false;
  /** Whether the authority takes the kids of the keys that are held: one of before 29 November 2026 refuses a member that it does not know. */
  #takesKids = true;

  constructor(authority: Authority, closing: AbortSignal, body: () => Record<string, unknown>) {
    this.#authority = authority;
    this.#body = body;
    this.#closing = closing;
  }

  /** Facts were applied. */
  poke(): void {
    this.#isAsked = true;
    this.#wake();
  }

  /** One that fails is not told again: the next one says all of it. */
  async send(timeoutMs?: number): Promise<void> {
    const { kids, ...rest } = this.#body();
    const status = await this.#post(this.#takesKids ? { ...rest, kids } : rest, timeoutMs);
    if (!this.#takesKids || status !== 400) return;
    this.#takesKids = false;
    await this.#post(rest, timeoutMs);
  }

  /** @returns the answer's status. */
  async #post(body: Record<string, unknown>, timeoutMs?: number): Promise<number> {
    const url = await this.#authority.endpoint("feed");
    url.pathname = `${url.pathname.replace(/\/$/, "")}/acknowledgements`;
    return this.#authority.ask(
      url,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      },
      async ({ status }) => status,
    );
  }

  async run(): Promise<void> {
    while (!this.#closing.aborted) {
      this.#isAsked = false;
      await this.send().catch(() => undefined);
      if (!this.#isAsked) await this.#pause();
      // a flood of facts is acknowledged a few times a second, not once a batch
      await pause(this.#isAsked ? AFTER_MS + Math.random() * SPREAD_MS : 0, this.#closing);
    }
  }

  async #pause(): Promise<void> {
    if (this.#closing.aborted) return;
    const woken = new AbortController();
    const wake = () => woken.abort();
    this.#wake = wake;
    this.#closing.addEventListener("abort", wake);
    await pause(EVERY_MS, woken.signal);
    this.#closing.removeEventListener("abort", wake);
    this.#wake = () => undefined;
  }
}

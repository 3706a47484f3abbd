import { setTimeout as wait } from "node:timers/promises";
import { decodeProtectedHeader } from "jose";
import type { Verifier } from "#verifier/index.ts";
import { type Doors, RequestFailure } from "./doors.ts";
import type { Independent } from "./independent.ts";

const KEPT = 50;
const EXAMPLES = 5;

export type LoadCounts = {
  requests: number;
  failedRequests: number;
  verifications: number;
  failedVerifications: number;
  /** Failed verifications by who refused. */
  failedBy: Record<string, number>;
  /** Of what failed, the first few in words. */
  examples: string[];
};

export type LoadOptions = {
  doors: readonly [Doors, Doors];
  /** Who checks each token beside the authorities. */
  independents: Independent[];
  packages: Verifier[];
  roundsPerSecond: number;
};

/**
 * Two callers, each of which takes tokens from one authority, shows them to the other one, and to all who check by themselves, without end; beside each new
 * token one of the first ones, which the key before signed.
 */
export class SteadyLoad {
  counts: LoadCounts = this.#none();
  /** When each authority was first seen to sign with a key. */
  readonly signedAt: [Map<string, number>, Map<string, number>] = [new Map(), new Map()];
  readonly #options: LoadOptions;
  readonly #kept: string[] = [];
  #newest: string | null = null;
  #running: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = Promise.all([this.#call(0, 1), this.#call(1, 0)]);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  /** The newest token that was issued, where it is one of those; else null. */
  newest(isOne: (token: string) => boolean): string | null {
    return this.#newest !== null && isOne(this.#newest) ? this.#newest : null;
  }

  /** What was counted so far; counting begins anew, and old tokens are forgotten. */
  take(): LoadCounts {
    const { counts } = this;
    this.counts = this.#none();
    this.#kept.length = 0;
    return counts;
  }

  #none(): LoadCounts {
    return {
      requests: 0,
      failedRequests: 0,
      verifications: 0,
      failedVerifications: 0,
      failedBy: {},
      examples: [],
    };
  }

  async #call(own: 0 | 1, other: 0 | 1): Promise<void> {
    const everyMs = 1_000 / this.#options.roundsPerSecond;
    for (let next = performance.now(); !this.#isOver; next = Math.max(next + everyMs, performance.now())) {
      await this.#round(own, other);
      await wait(Math.max(0, next + everyMs - performance.now()));
    }
  }

  async #round(own: 0 | 1, other: 0 | 1): Promise<void> {
    const { doors } = this.#options;
    const token = await this.#ask(() => doors[own].issue());
    if (token === null) return;
    this.#newest = token;
    const kid = decodeProtectedHeader(token).kid as string;
    if (!this.signedAt[own].has(kid)) this.signedAt[own].set(kid, Date.now());
    const old = this.#kept[Math.floor(Math.random() * this.#kept.length)];
    if (this.#kept.length < KEPT) this.#kept.push(token);
    for (const shown of old === undefined ? [token] : [token, old]) await this.#show(shown, other);
  }

  async #show(token: string, at: 0 | 1): Promise<void> {
    const { doors, independents, packages } = this.#options;
    const introspected = this.#ask(() => doors[at].introspect(token));
    const verified = this.#ask(() => doors[at].verify(token));
    await Promise.all([
      this.#verify(`introspection at authority ${at + 1}`, async () => refuseUnless(await introspected)),
      this.#verify(`/verify at authority ${at + 1}`, async () => refuseUnless(await verified)),
      ...independents.map((one) => this.#verify(`jose, ${one.keeping}`, () => one.check(token))),
      ...packages.map((one) => this.#verify("npm package", () => one.verify(token))),
    ]);
  }

  /** A request; null where it failed, which is counted. */
  async #ask<T>(request: () => Promise<T>): Promise<T | null> {
    const { counts } = this;
    counts.requests += 1;
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      counts.failedRequests += 1;
      this.#note(counts, error.message);
      return null;
    }
  }

  async #verify(who: string, check: () => Promise<unknown>): Promise<void> {
    const { counts } = this;
    counts.verifications += 1;
    try {
      await check();
    } catch (error) {
      counts.failedVerifications += 1;
      counts.failedBy[who] = (counts.failedBy[who] ?? 0) + 1;
      this.#note(counts, `${who}: ${(error as Error).message}`);
    }
  }

  #note(counts: LoadCounts, example: string): void {
    if (counts.examples.length < EXAMPLES) counts.examples.push(example);
  }
}

/** A request that failed is counted as one, and no verdict. */
function refuseUnless(isGood: boolean | null): void {
  if (isGood === false) throw new Error("not good");
}

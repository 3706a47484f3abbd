import { cpuSecondsAround, cpuSecondsOf } from "#bench/cpu.ts";
import type { Given, LoadResult } from "#bench/load/job.ts";
import type { LoadGenerator } from "#bench/load/load-generator.ts";
import { findWrk, runWrk } from "#bench/load/wrk.ts";
import { Browsers } from "./browsers.ts";
import {
  type BySide,
  exchangeRequests,
  issueRequests,
  type Requests,
  requestsOf,
  type Scenario,
  type Side,
  sidesOf,
} from "./scenarios.ts";
import type { Settings } from "./settings.ts";
import type { Sides } from "./sides.ts";

const FIRST_FRESH_TOKENS = 2_000;
/** More fresh tokens than the last rate would use, so that a faster round is not cut short. */
const FRESH_SPARE = 1.3;
/** Enough time for whatever ends by its amount. */
const AMOUNT_SECONDS = 600;

/** One load of one side. */
export type Round = Omit<LoadResult, "tokens"> & {
  /** Processor time a request, in microseconds: hardly moved by what else the machine does. Null where the system does not say. */
  serverCpuMicros: number | null;
  databaseCpuMicros: number | null;
};
export type Measured = BySide<Round[]>;

function microsPerRequest(before: number | null, after: number | null, requests: number): number | null {
  return before === null || after === null || requests === 0
    ? null
    : Math.round(((after - before) * 1e6) / requests);
}

/** Answers that were not as they must be. */
type Faults = {
  /** With another status or body than expected. */
  wrong: number;
  /** Requests that broke or timed out. */
  errors: number;
};

/** Loads all sides, and keeps count of what our authority must have on record. */
export class Bench {
  readonly #sides: Sides;
  readonly #generator: LoadGenerator;
  readonly #settings: Settings;
  readonly #log: (line: string) => void;
  #pools: BySide<string[]> = { ours: [], stock: [] };
  /** Answered by our authority, by what it must have recorded. */
  readonly answered: Record<Exclude<Scenario, "jwks">, number> = {
    introspection: 0,
    verify: 0,
    issue_jwt: 0,
    code_exchange: 0,
    refresh: 0,
    revocation: 0,
  };
  readonly #browsers = new Map<Side, Browsers>();
  readonly #hasWrk = findWrk() !== null;
  readonly #faults = new Map<Side, Faults>();
  /** Tokens that were revoked in the last round of each side. */
  revoked: BySide<string[]> = { ours: [], stock: [] };

  constructor(sides: Sides, generator: LoadGenerator, settings: Settings, log: (line: string) => void) {
    this.#sides = sides;
    this.#generator = generator;
    this.#settings = settings;
    this.#log = log;
  }

  faultsOf(side: Side): Faults {
    return this.#faults.get(side) ?? { wrong: 0, errors: 0 };
  }

  /** Issues tokens to be introspected and revoked. */
  async issueTokens(side: Side, count: number): Promise<string[]> {
    const requests = issueRequests(this.#sides.get(side).endpoints, "used");
    const { tokens } = await this.#send("issue_jwt", side, requests, {
      amount: count,
      collects: "access_token",
      seconds: AMOUNT_SECONDS,
    });
    return tokens;
  }

  /** Has people sign in, or come back, for as many codes. */
  authorize(side: Side, count: number): Promise<string[]> {
    const { people, connections } = this.#settings;
    const browsers =
      this.#browsers.get(side) ??
      new Browsers(this.#sides.get(side), people, this.#sides.credentials.password, connections);
    this.#browsers.set(side, browsers);
    return browsers.authorize(count);
  }

  /** A refresh token for each connection, of as many sign-ins. */
  async #signIn(side: Side): Promise<string[]> {
    const codes = await this.authorize(side, this.#settings.connections);
    const requests = exchangeRequests(this.#sides.get(side), "code");
    const { tokens } = await this.#send("code_exchange", side, requests, {
      tokens: codes,
      once: true,
      collects: "refresh_token",
      seconds: AMOUNT_SECONDS,
    });
    return tokens;
  }

  /** What a round of a side sends, made before its clock starts. */
  async #tokensOf(
    source: NonNullable<Requests["tokens"]>["source"],
    side: Side,
    fresh: number,
  ): Promise<string[]> {
    switch (source) {
      case "pool":
        return this.#pools[side] ?? [];
      case "fresh":
        return this.issueTokens(side, fresh);
      case "codes":
        return this.authorize(side, fresh);
      case "sign_ins":
        return this.#signIn(side);
      default:
        return source satisfies never;
    }
  }

  async fillPools(): Promise<void> {
    for (const side of this.#sides.names)
      this.#pools[side] = await this.issueTokens(side, this.#settings.pool);
  }

  /** Introspects each of some tokens once, so that our authority has them in memory. */
  async introspectOnce(tokens: string[]): Promise<void> {
    const requests = requestsOf("introspection", "ours", this.#sides);
    await this.#send("introspection", "ours", requests, { tokens, once: true, seconds: AMOUNT_SECONDS });
  }

  async #send(
    scenario: Scenario,
    side: Side,
    requests: Requests,
    load: { seconds: number; amount?: number; tokens?: string[]; once?: boolean; collects?: Given },
  ): Promise<LoadResult> {
    const { tokens, ...rest } = requests;
    const run = scenario === "jwks" && this.#hasWrk ? runWrk : this.#generator.run;
    const result = await run({
      ...rest,
      tokens:
        tokens === null
          ? null
          : { values: load.tokens ?? [], carrier: tokens.carrier, once: load.once ?? false },
      connections: this.#settings.connections,
      seconds: load.seconds,
      amount: load.amount ?? null,
      collects: load.collects ?? null,
    });
    if (side === "ours" && scenario !== "jwks") this.answered[scenario] += result.answered;
    const { wrong, errors } = this.faultsOf(side);
    this.#faults.set(side, { wrong: wrong + result.wrong, errors: errors + result.errors });
    if (result.errors > 0) this.#log(`${scenario}, ${side}: ${result.errors} broken requests`);
    if (result.wrong > 0)
      this.#log(
        `${scenario}, ${side}: ${result.wrong} wrong answers ${JSON.stringify(result.statuses)} ${result.wrongBody ?? ""}`,
      );
    return result;
  }

  async #round(scenario: Scenario, side: Side, seconds: number, freshTokens: number): Promise<Round> {
    const requests = requestsOf(scenario, side, this.#sides);
    const source = requests.tokens?.source ?? "pool";
    const tokens = await this.#tokensOf(source, side, freshTokens);
    const readServer = () => cpuSecondsOf(this.#sides.get(side).pid);
    const readDatabase = () => cpuSecondsAround(this.#sides.databasePid);
    const [serverBefore, databaseBefore] = [readServer(), readDatabase()];
    const { tokens: _, ...load } = await this.#send(scenario, side, requests, {
      seconds,
      tokens,
      once: source === "fresh" || source === "codes",
    });
    const round = {
      ...load,
      serverCpuMicros: microsPerRequest(serverBefore, readServer(), load.answered),
      databaseCpuMicros: microsPerRequest(databaseBefore, readDatabase(), load.answered),
    };
    if (source === "fresh")
      this.revoked[side] = tokens.slice(0, Math.min(tokens.length, this.#settings.connections));
    return round;
  }

  /** Loads a side until it is as fast as it gets; returns how many fresh tokens a round may need. */
  async #warmUp(scenario: Scenario, side: Side): Promise<number> {
    const { seconds, warmUpSeconds, slowWarmUpSeconds, pool } = this.#settings;
    const warmsUpSlowly = this.#sides.get(side).warmsUpSlowly;
    const { perSecond } = await this.#round(
      scenario,
      side,
      warmsUpSlowly ? slowWarmUpSeconds : warmUpSeconds,
      Math.min(FIRST_FRESH_TOKENS, pool),
    );
    return Math.ceil(perSecond * seconds * FRESH_SPARE);
  }

  /** Warms all sides up and loads them in turn; who comes first changes with every round. */
  async measure(scenario: Scenario): Promise<Measured> {
    const { rounds, seconds } = this.#settings;
    const names = sidesOf(scenario, this.#sides);
    const measured: Measured = { ours: [], stock: [] };
    const fresh: BySide<number> = { ours: 0, stock: 0 };
    for (const side of names) fresh[side] = await this.#warmUp(scenario, side);
    for (let round = 0; round < rounds; round += 1) {
      const first = round % names.length;
      for (const side of [...names.slice(first), ...names.slice(0, first)]) {
        const freshTokens = fresh[side] ?? 0;
        const result = await this.#round(scenario, side, seconds, freshTokens);
        measured[side] = [...(measured[side] ?? []), result];
        fresh[side] = Math.max(freshTokens, Math.ceil(result.perSecond * seconds * FRESH_SPARE));
        this.#log(
          `${scenario} ${round + 1}/${rounds} ${side}: ${Math.round(result.perSecond)}/s, p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms, CPU a request: server ${result.serverCpuMicros} µs, database ${result.databaseCpuMicros} µs, load ${result.generatorCpuMicros} µs`,
        );
      }
    }
    return measured;
  }

  /** How many of the tokens that were revoked last are still said to be active; must be none. */
  async countStillActive(side: Side): Promise<number> {
    const { url, headers, expect } = requestsOf("introspection", side, this.#sides);
    let active = 0;
    for (const token of this.revoked[side] ?? []) {
      const response = await fetch(url, {
        method: "POST",
        headers,
        body: `token=${encodeURIComponent(token)}`,
      });
      if (side === "ours") this.answered.introspection += 1;
      if ((await response.text()).includes(expect.text ?? "")) active += 1;
    }
    return active;
  }
}

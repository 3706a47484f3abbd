import { cpuSecondsAround, cpuSecondsOf } from "#bench/cpu.ts";
import type { LoadResult } from "#bench/load/job.ts";
import type { LoadGenerator } from "#bench/load/load-generator.ts";
import { issueRequests, type Requests, requestsOf, type Scenario, SIDES, type Side } from "./scenarios.ts";
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
export type Measured = Record<Side, Round[]>;

function microsPerRequest(before: number | null, after: number | null, requests: number): number | null {
  return before === null || after === null ? null : Math.round(((after - before) * 1e6) / requests);
}

/** Loads both sides, and keeps count of what our authority must have on record. */
export class Bench {
  readonly #sides: Sides;
  readonly #generator: LoadGenerator;
  readonly #settings: Settings;
  readonly #log: (line: string) => void;
  #pools: Record<Side, string[]> = { ours: [], stock: [] };
  /** Answered by our authority, by what it must have recorded. */
  readonly answered: Record<Exclude<Scenario, "jwks">, number> = {
    introspection: 0,
    verify: 0,
    issue_jwt: 0,
    revocation: 0,
  };
  wrong = 0;
  errors = 0;
  /** Tokens that were revoked in the last round of each side. */
  revoked: Record<Side, string[]> = { ours: [], stock: [] };

  constructor(sides: Sides, generator: LoadGenerator, settings: Settings, log: (line: string) => void) {
    this.#sides = sides;
    this.#generator = generator;
    this.#settings = settings;
    this.#log = log;
  }

  /** Issues tokens to be used by the load: JWTs by ours, opaque ones by the peer. */
  async issueTokens(side: Side, count: number): Promise<string[]> {
    const form = side === "ours" ? "jwt" : "opaque";
    const requests = issueRequests(side, this.#sides.credentials, form);
    const { tokens } = await this.#send("issue_jwt", side, requests, {
      amount: count,
      seconds: AMOUNT_SECONDS,
    });
    return tokens;
  }

  async fillPools(): Promise<void> {
    for (const side of SIDES) this.#pools[side] = await this.issueTokens(side, this.#settings.pool);
  }

  /** Introspects each of some tokens once, so that our authority has them in memory. */
  async introspectOnce(tokens: string[]): Promise<void> {
    const requests = requestsOf("introspection", "ours", this.#sides.credentials);
    await this.#send("introspection", "ours", requests, { tokens, once: true, seconds: AMOUNT_SECONDS });
  }

  async #send(
    scenario: Scenario,
    side: Side,
    requests: Requests,
    load: { seconds: number; amount?: number; tokens?: string[]; once?: boolean },
  ): Promise<LoadResult> {
    const { path, tokens, ...rest } = requests;
    const result = await this.#generator.run({
      ...rest,
      url: this.#sides.urls[side] + path,
      tokens:
        tokens === null
          ? null
          : { values: load.tokens ?? [], carrier: tokens.carrier, once: load.once ?? false },
      connections: this.#settings.connections,
      seconds: load.seconds,
      amount: load.amount ?? null,
      collectsTokens: load.amount !== undefined,
    });
    if (side === "ours" && scenario !== "jwks") this.answered[scenario] += result.answered;
    this.wrong += result.wrong;
    this.errors += result.errors;
    if (result.wrong > 0)
      this.#log(
        `${scenario}, ${side}: ${result.wrong} wrong answers ${JSON.stringify(result.statuses)} ${result.wrongBody ?? ""}`,
      );
    return result;
  }

  async #round(scenario: Scenario, side: Side, seconds: number, freshTokens: number): Promise<Round> {
    const requests = requestsOf(scenario, side, this.#sides.credentials);
    const isFresh = requests.tokens?.source === "fresh";
    const tokens = isFresh ? await this.issueTokens(side, freshTokens) : this.#pools[side];
    const readServer = () => cpuSecondsOf(this.#sides[side].pid);
    const readDatabase = () => cpuSecondsAround(this.#sides.databasePid);
    const [serverBefore, databaseBefore] = [readServer(), readDatabase()];
    const { tokens: _, ...load } = await this.#send(scenario, side, requests, {
      seconds,
      tokens,
      once: isFresh,
    });
    const round = {
      ...load,
      serverCpuMicros: microsPerRequest(serverBefore, readServer(), load.answered),
      databaseCpuMicros: microsPerRequest(databaseBefore, readDatabase(), load.answered),
    };
    if (isFresh) this.revoked[side] = tokens.slice(0, Math.min(tokens.length, this.#settings.connections));
    return round;
  }

  /** Warms both sides up and loads them in turn; who comes first changes with every round. */
  async measure(scenario: Scenario): Promise<Measured> {
    const { rounds, seconds, warmUpSeconds } = this.#settings;
    const measured: Measured = { ours: [], stock: [] };
    const fresh: Record<Side, number> = { ours: 0, stock: 0 };
    for (const side of SIDES) {
      const first = Math.min(FIRST_FRESH_TOKENS, this.#settings.pool);
      const { perSecond } = await this.#round(scenario, side, warmUpSeconds, first);
      fresh[side] = Math.ceil(perSecond * seconds * FRESH_SPARE);
    }
    for (let round = 0; round < rounds; round += 1) {
      const order: Side[] = round % 2 === 0 ? ["ours", "stock"] : ["stock", "ours"];
      for (const side of order) {
        const result = await this.#round(scenario, side, seconds, fresh[side]);
        measured[side].push(result);
        fresh[side] = Math.max(fresh[side], Math.ceil(result.perSecond * seconds * FRESH_SPARE));
        this.#log(
          `${scenario} ${round + 1}/${rounds} ${side}: ${Math.round(result.perSecond)}/s, p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms, CPU a request: server ${result.serverCpuMicros} µs, database ${result.databaseCpuMicros} µs, load ${result.generatorCpuMicros} µs`,
        );
      }
    }
    return measured;
  }

  /** How many of the tokens that were revoked last are still said to be active; must be none. */
  async countStillActive(side: Side): Promise<number> {
    const { headers, path, expect } = requestsOf("introspection", side, this.#sides.credentials);
    let active = 0;
    for (const token of this.revoked[side]) {
      const response = await fetch(this.#sides.urls[side] + path, {
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

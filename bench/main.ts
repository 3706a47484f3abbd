// npm run bench -- <what> [options]: see bench/README.md
import { parseArgs } from "node:util";
import { SCENARIOS, type Scenario } from "./authority/scenarios.ts";
import type { Settings } from "./authority/settings.ts";
import type { Settings as InventorySettings } from "./inventory/settings.ts";
import type { WantedPeers } from "./peers/available.ts";
import { OTHER_PEERS } from "./peers/peer.ts";
import type { Settings as ReachSettings } from "./reach/settings.ts";
import { FULL_CACHE_SECONDS, type Settings as RotationSettings } from "./rotation/settings.ts";

const USAGE = `npm run bench -- authority [--rounds N] [--seconds S] [--connections C] [--only ${SCENARIOS.join(",")}] [--peers ${OTHER_PEERS.join(",")}|none] [--profile] [--record] [--smoke]
npm run bench -- inventory [--rows N] [--repeats N] [--keep DIR] [--no-settle] [--record] [--smoke]
npm run bench -- reach [--verifiers N] [--rounds N] [--rows FACTS] [--record] [--smoke]
npm run bench -- rotation [--cache-seconds N] [--record] [--smoke]
npm run bench -- audit [--rows N] [--keep DIR] [--profile] [--record] [--smoke]
npm run bench -- drill [--rounds N] [--record] [--smoke]
npm run bench -- lighthouse [--rounds N] [--record] [--smoke]
npm run bench -- start [--rounds N] [--peers keycloak|none] [--record] [--smoke]
npm run bench -- verifier [--rows N] [--rounds N] [--record] [--smoke]`;

class UsageError extends Error {}

const OPTIONS = {
  rounds: { type: "string" },
  seconds: { type: "string" },
  connections: { type: "string" },
  rows: { type: "string" },
  repeats: { type: "string" },
  verifiers: { type: "string" },
  "cache-seconds": { type: "string" },
  keep: { type: "string" },
  "no-settle": { type: "boolean", default: false },
  only: { type: "string" },
  peers: { type: "string" },
  profile: { type: "boolean", default: false },
  size: { type: "boolean", default: false },
  record: { type: "boolean", default: false },
  smoke: { type: "boolean", default: false },
} as const;

function readNumber(name: string, text: string | undefined, byDefault: number, max = 10_000): number {
  const value = text === undefined ? byDefault : Number(text);
  if (!(value > 0 && value <= max))
    throw new UsageError(`--${name} must be a number from 1 to ${max}, not ${text}`);
  return value;
}

function readScenarios(text: string | undefined): readonly Scenario[] {
  if (text === undefined) return SCENARIOS;
  return text.split(",").map((name) => {
    const scenario = SCENARIOS.find((one) => one === name);
    if (scenario === undefined) throw new UsageError(`--only knows ${SCENARIOS.join(", ")}, not ${name}`);
    return scenario;
  });
}

/** Without a word, all that are built; a smoke run is quick, and runs none that it was not asked for. */
function readPeers(text: string | undefined, isSmoke: boolean): WantedPeers {
  if (text === undefined) return isSmoke ? [] : "built";
  if (text === "none") return [];
  return text.split(",").map((name) => {
    const peer = OTHER_PEERS.find((one) => one === name);
    if (peer === undefined)
      throw new UsageError(`--peers knows ${OTHER_PEERS.join(", ")}, none, not ${name}`);
    return peer;
  });
}

const FULL = { rounds: 5, seconds: 10, connections: 50 };
const SMOKE = { rounds: 1, seconds: 0.5, connections: 8 };

function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

type Arguments = ReturnType<typeof readArguments>["values"];

function authoritySettings(values: Arguments): Settings {
  const { rounds, seconds, connections } = values.smoke ? SMOKE : FULL;
  const scenarios = readScenarios(values.only);
  const settings = {
    rounds: Math.round(readNumber("rounds", values.rounds, rounds)),
    seconds: readNumber("seconds", values.seconds, seconds),
    connections: Math.round(readNumber("connections", values.connections, connections)),
    scenarios,
    peers: readPeers(values.peers, values.smoke),
    slowWarmUpSeconds: values.smoke ? 0.2 : 30,
    profiles: values.profile,
  };
  if (values.smoke)
    return {
      ...settings,
      mode: "smoke",
      warmUpSeconds: 0.2,
      pool: 40,
      people: 16,
      revokedIds: 1_000,
      cachedTokens: 0,
    };
  const isFull =
    settings.rounds >= FULL.rounds &&
    settings.seconds >= FULL.seconds &&
    scenarios.length === SCENARIOS.length &&
    !settings.profiles;
  return isFull
    ? {
        ...settings,
        mode: "full",
        warmUpSeconds: 5,
        pool: 1_000,
        people: 400,
        revokedIds: 1_000_000,
        cachedTokens: 100_000,
      }
    : {
        ...settings,
        mode: "short",
        warmUpSeconds: 2,
        pool: 1_000,
        people: 400,
        revokedIds: values.size ? 1_000_000 : 1_000,
        cachedTokens: values.size ? 100_000 : 0,
      };
}

/** Below these it is a short run, whose table is not written. */
const FULL_INVENTORY = { rows: 1_000_000, repeats: 5 };
const SMOKE_INVENTORY = { rows: 4_000, repeats: 1 };

function inventorySettings(values: Arguments): InventorySettings {
  const byDefault = values.smoke ? SMOKE_INVENTORY : FULL_INVENTORY;
  const rows = Math.round(readNumber("rows", values.rows, byDefault.rows, 1_000_000_000));
  const repeats = Math.round(readNumber("repeats", values.repeats, byDefault.repeats));
  const isFull = rows >= FULL_INVENTORY.rows && repeats >= FULL_INVENTORY.repeats;
  const mode = values.smoke ? "smoke" : isFull ? "full" : "short";
  return {
    mode,
    rows,
    repeats,
    everyFilter: values.smoke ? 6 : 1,
    everyPair: values.smoke ? 25 : 1,
    settles: !values["no-settle"],
    watchSeconds: values.smoke ? 2 : 15,
    keepDir: values.keep ?? null,
  };
}

/** Below these it is a short run, whose table is not written. */
const FULL_REACH = { verifiers: 100, rounds: 50, rows: 1_000_000 };
const SMOKE_REACH = { verifiers: 6, rounds: 3, rows: 2_000 };

function reachSettings(values: Arguments): ReachSettings {
  const byDefault = values.smoke ? SMOKE_REACH : FULL_REACH;
  const verifiers = Math.round(readNumber("verifiers", values.verifiers, byDefault.verifiers));
  const rounds = Math.round(readNumber("rounds", values.rounds, byDefault.rounds));
  const rows = Math.round(readNumber("rows", values.rows, byDefault.rows, 10_000_000));
  const isFull = verifiers >= FULL_REACH.verifiers && rounds >= FULL_REACH.rounds && rows >= FULL_REACH.rows;
  return {
    mode: values.smoke ? "smoke" : isFull ? "full" : "short",
    verifiers,
    processes: values.smoke ? 1 : 4,
    rounds,
    facts: rows,
    listed: rows,
  };
}

const SMOKE_CACHE_SECONDS = 1;

function rotationSettings(values: Arguments): RotationSettings {
  const byDefault = values.smoke ? SMOKE_CACHE_SECONDS : FULL_CACHE_SECONDS;
  const cacheSeconds = Math.round(readNumber("cache-seconds", values["cache-seconds"], byDefault, 86_400));
  const isFull = cacheSeconds >= FULL_CACHE_SECONDS;
  return { mode: values.smoke ? "smoke" : isFull ? "full" : "short", cacheSeconds, roundsPerSecond: 5 };
}

/** Each benchmark is loaded where it is asked for: what it needs takes seconds to read. */
async function run(args: string[], stack: AsyncDisposableStack): Promise<boolean> {
  const { positionals, values } = readArguments(args);
  const log = (line: string) => console.log(line);
  const [what, ...rest] = positionals;
  if (rest.length > 0)
    throw new UsageError(`only one thing is measured at a time, not ${rest.join(", ")} too`);
  switch (what) {
    case "authority": {
      const settings = authoritySettings(values);
      const { benchAuthority } = await import("./authority/bench-authority.ts");
      return benchAuthority(settings, { records: values.record || settings.mode === "full", log, stack });
    }
    case "inventory": {
      const settings = inventorySettings(values);
      const { benchInventory } = await import("./inventory/bench-inventory.ts");
      return benchInventory(settings, { records: values.record || settings.mode === "full", log, stack });
    }
    case "reach": {
      const settings = reachSettings(values);
      const { benchReach } = await import("./reach/bench-reach.ts");
      return benchReach(settings, { records: values.record || settings.mode === "full", log, stack });
    }
    case "rotation": {
      const settings = rotationSettings(values);
      const { benchRotation } = await import("./rotation/bench-rotation.ts");
      return benchRotation(settings, { records: values.record || settings.mode === "full", log, stack });
    }
    case "audit": {
      const { FULL_ROWS, SMOKE_ROWS, settingsOf } = await import("./audit/settings.ts");
      const byDefault = values.smoke ? SMOKE_ROWS : FULL_ROWS;
      const rows = Math.round(readNumber("rows", values.rows, byDefault, 1_000_000_000));
      const settings = settingsOf({
        rows,
        isSmoke: values.smoke,
        keepDir: values.keep ?? null,
        profiles: values.profile,
      });
      const { benchAudit } = await import("./audit/bench-audit.ts");
      return benchAudit(settings, { records: values.record || settings.mode === "full", log, stack });
    }
    case "drill": {
      const { benchDrill } = await import("./drill/bench-drill.ts");
      return benchDrill({
        rounds: Math.round(readNumber("rounds", values.rounds, values.smoke ? 1 : 5, 100)),
        isSmoke: values.smoke,
        records: values.record || !values.smoke,
        log,
        stack,
      });
    }
    case "lighthouse": {
      const { benchLighthouse } = await import("./lighthouse/bench-lighthouse.ts");
      const rounds = Math.round(readNumber("rounds", values.rounds, values.smoke ? 1 : 3, 21));
      return benchLighthouse({
        rounds,
        isSmoke: values.smoke,
        records: values.record || (!values.smoke && rounds >= 3),
        log,
        stack,
      });
    }
    case "start": {
      const { benchStart } = await import("./start/bench-start.ts");
      return benchStart({
        rounds: Math.round(readNumber("rounds", values.rounds, values.smoke ? 1 : 3)),
        isSmoke: values.smoke,
        peers: readPeers(values.peers, values.smoke),
        records: values.record || !values.smoke,
        log,
        stack,
      });
    }
    case "verifier": {
      const { benchVerifier } = await import("./verifier/bench-verifier.ts");
      return benchVerifier({
        facts: Math.round(readNumber("rows", values.rows, values.smoke ? 1_000 : 1_000_000, 10_000_000)),
        rounds: Math.round(readNumber("rounds", values.rounds, values.smoke ? 1 : 9)),
        isSmoke: values.smoke,
        records: values.record || !values.smoke,
        log,
        stack,
      });
    }
    default:
      throw new UsageError(what === undefined ? "what is to be measured?" : `${what} is not known`);
  }
}

const stack = new AsyncDisposableStack();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(130)));
try {
  process.exitCode = (await run(process.argv.slice(2), stack)) ? 0 : 1;
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `${error.message}\n${USAGE}` : error);
  process.exitCode = isUsage ? 2 : 1;
} finally {
  await stack.disposeAsync();
}

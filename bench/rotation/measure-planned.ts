import { setTimeout as wait } from "node:timers/promises";
import { listKeys } from "#lib/keys/list-keys.ts";
import { rotateKey } from "#lib/keys/rotate-key.ts";
import type { Keeping } from "./independent.ts";
import { fillCaches, type Parties } from "./parties.ts";
import type { Settings } from "./settings.ts";
import type { Instance } from "./start-instance.ts";
import type { LoadCounts, SteadyLoad } from "./steady-load.ts";

const PATIENCE_MS = 60_000;
const LOOK_MS = 100;
/** Under the new key, in seconds; a smoke run is quick. */
const AFTER_SECONDS = { full: 20, short: 20, smoke: 1 };

export type PlannedReport = LoadCounts & {
  /** Tokens shown to a verifier of jose's whose kept JWKS did not have their key; null: there was none of that kind. */
  unknownKids: { obedient: number; default: number | null };
  /** From the announcement until the first authority, and both, signed with the new key. */
  firstSignedSeconds: number;
  bothSignedSeconds: number;
  /** For how long both signed at once with another key. */
  overlapMs: number;
  /** What the console says of the next key just before it signs. */
  readiness: string | null;
};

/** Plans a rotation under load, with every cache filled just before, and waits until both authorities sign with the new key. */
export async function measurePlanned(
  instance: Instance,
  { parties, load, settings }: { parties: Parties; load: SteadyLoad; settings: Settings },
): Promise<PlannedReport> {
  load.take();
  for (const one of parties.independents) one.unknownKids = 0;
  await fillCaches(parties);
  const announcedAt = Date.now();
  const { key } = await rotateKey(instance.owner(), instance.wrapper, {
    purpose: "access_token",
    reason: "policy",
    note: "",
  });
  let readiness: string | null = null;
  const [one, two] = load.signedAt;
  const deadline = announcedAt + settings.cacheSeconds * 1_000 + PATIENCE_MS;
  for (let looks = 0; !(one.has(key.kid) && two.has(key.kid)); looks += 1) {
    if (Date.now() > deadline) throw new Error("the new key does not sign");
    if (looks % 10 === 0) readiness = (await readinessOf(instance, key.kid)) ?? readiness;
    await wait(LOOK_MS);
  }
  await wait(AFTER_SECONDS[settings.mode] * 1_000);
  const unknownOf = (keeping: Keeping) => {
    const those = parties.independents.filter((party) => party.keeping === keeping);
    return those.length === 0 ? null : those.reduce((sum, { unknownKids }) => sum + unknownKids, 0);
  };
  const signed = [one.get(key.kid), two.get(key.kid)] as [number, number];
  return {
    ...load.take(),
    unknownKids: { default: unknownOf("default"), obedient: unknownOf("obedient") ?? 0 },
    firstSignedSeconds: (Math.min(...signed) - announcedAt) / 1_000,
    bothSignedSeconds: (Math.max(...signed) - announcedAt) / 1_000,
    overlapMs: Math.abs(signed[0] - signed[1]),
    readiness,
  };
}

async function readinessOf(instance: Instance, kid: string): Promise<string | null> {
  const keys = await listKeys(instance.owner());
  return keys.find((key) => key.kid === kid)?.readiness ?? null;
}

import type { SeenWay } from "../propagation/model.ts";
import { isLive } from "../propagation/standing.ts";
import type { CheckWay } from "../verifiers/model.ts";
import {
  HOLDERS_SHOWN,
  isPublished,
  type KeyHolder,
  type KeyHolders,
  type KeyHolding,
  type KeyPurpose,
  type KeyState,
} from "./model.ts";

/** What is known of an enabled verifier and of the processes of it that were heard of lately. Times in milliseconds since the epoch. */
export type KeyAsker = {
  id: string;
  name: string;
  checkWay: CheckWay;
  /** When it was first known to have a key, by kid; empty where it never said who it is. */
  firstAtMs: Record<string, number>;
  instances: {
    way: SeenWay;
    seenAtMs: number;
    disconnectedAtMs: number | null;
    endedAtMs: number | null;
    /** The keys that it says it holds; none where it does not say. */
    kids: string[];
  }[];
};

/** By which ways tokens are checked with the keys of a purpose. What is not here is checked by no verifier. */
const NEEDED_BY: Partial<Record<KeyPurpose, readonly (SeenWay | CheckWay)[]>> = {
  access_token: ["feed", "poll", "status_list", "jwks"],
  status_list: ["status_list"],
  feed: ["feed", "poll"],
};

/** Why no verifier is waited for. */
const NEEDED_BY_OTHERS: Partial<Record<KeyPurpose, string>> = {
  id_token: "Clients check ID tokens, and ask for the keys as nobody in particular.",
  checkpoint: "Checkpoints are checked by whoever looks at an export of the log.",
};

const NAMES_SHOWN = 5;
const ORDER: readonly KeyHolding[] = ["missing", "partly", "unknown", "had", "has", "needless"];

/** Which verifiers have a key. Whoever asks about each token needs none; an anonymous fetch tells nothing, so that who never says who it is stays unknown. */
export function keyHoldersOf(
  key: { kid: string; purpose: KeyPurpose; state: KeyState },
  askers: readonly KeyAsker[],
  nowMs: number,
): KeyHolders {
  const ways = NEEDED_BY[key.purpose];
  const isServed = isPublished(key.state);
  const found = askers
    .map((asker) => holderOf(key.kid, asker, { ways, nowMs }))
    .filter((holder) => isServed || holder.firstAt !== null || (holder.processes?.have ?? 0) > 0)
    .map((holder) => (isServed ? holder : { ...holder, holding: afterwards(holder) }));
  const holders = ways === undefined ? [] : found;
  const rows = [...holders].sort((a, b) => ORDER.indexOf(a.holding) - ORDER.indexOf(b.holding));
  return {
    says:
      NEEDED_BY_OTHERS[key.purpose] ??
      (isServed ? servedSays(holders, key.purpose) : afterwardsSays(holders)),
    count: rows.length,
    rows: rows.slice(0, HOLDERS_SHOWN),
  };
}

function holderOf(
  kid: string,
  asker: KeyAsker,
  { ways, nowMs }: { ways: readonly string[] | undefined; nowMs: number },
): KeyHolder {
  const live = asker.instances.filter((instance) => isLive(instance, nowMs));
  const telling = live.filter(({ kids }) => kids.length > 0);
  const have = telling.filter(({ kids }) => kids.includes(kid)).length;
  const first = asker.firstAtMs[kid];
  // what runs counts for more than what its owner declared, but nothing is heard of who checks signatures alone
  const own =
    live.length === 0 || asker.checkWay === "jwks"
      ? [asker.checkWay, ...live.map(({ way }) => way)]
      : live.map(({ way }) => way);
  return {
    verifierId: asker.id,
    name: asker.name,
    holding: own.some((way) => ways?.includes(way))
      ? holdingOf({ have, telling: telling.length, isGiven: first !== undefined, asker })
      : "needless",
    firstAt: first === undefined ? null : new Date(first).toISOString(),
    processes: telling.length === 0 ? null : { have, of: telling.length },
  };
}

function holdingOf({
  have,
  telling,
  isGiven,
  asker,
}: {
  have: number;
  telling: number;
  isGiven: boolean;
  asker: KeyAsker;
}): KeyHolding {
  if (telling > 0) return have === telling ? "has" : have > 0 ? "partly" : "missing";
  if (isGiven) return "has";
  return Object.keys(asker.firstAtMs).length > 0 ? "missing" : "unknown";
}

/** Of a key that is served no more: whether a process still holds it. */
function afterwards({ processes }: KeyHolder): KeyHolding {
  if (processes === null || processes.have === 0) return "had";
  return processes.have === processes.of ? "has" : "partly";
}

function namesOf(holders: readonly KeyHolder[], ...holdings: KeyHolding[]): string[] {
  return holders.filter(({ holding }) => holdings.includes(holding)).map(({ name }) => name);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}

const WHO: Partial<Record<KeyPurpose, [one: string, many: string]>> = {
  access_token: ["verifier that checks by itself", "verifiers that check by themselves"],
  status_list: ["verifier that reads status lists", "verifiers that read status lists"],
  feed: ["verifier that follows the feed", "verifiers that follow the feed"],
};

function servedSays(holders: readonly KeyHolder[], purpose: KeyPurpose): string {
  const needing = holders.filter(({ holding }) => holding !== "needless");
  const [one, many] = WHO[purpose] ?? ["verifier", "verifiers"];
  if (needing.length === 0) return `There is no ${one}.`;
  const has = namesOf(needing, "has");
  const parts = [
    needing.length === 1
      ? `The only ${one} ${has.length === 1 ? "has it" : "is not known to have it"}`
      : `${has.length} of ${needing.length} ${many} have it`,
  ];
  const missing = namesOf(needing, "missing");
  const partly = namesOf(needing, "partly");
  const unknown = namesOf(needing, "unknown");
  if (missing.length > 0) parts.push(`missing: ${listed(missing)}`);
  if (partly.length > 0) parts.push(`in some processes alone: ${listed(partly)}`);
  if (unknown.length > 0) parts.push(`not known of: ${listed(unknown)}`);
  return `${parts.join("; ")}.`;
}

function afterwardsSays(holders: readonly KeyHolder[]): string {
  const still = namesOf(holders, "has", "partly");
  return still.length === 0
    ? "No verifier says that it still holds it."
    : `${still.length === 1 ? "1 verifier still holds" : `${still.length} verifiers still hold`} it: ${listed(still)}.`;
}

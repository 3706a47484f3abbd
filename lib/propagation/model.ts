import type { CheckWay, VerifierMode } from "../verifiers/model.ts";

/** How an order travels to verifiers, as pages and the API tell it; browser-safe. Times are ISO 8601 in UTC. */

/** How instances of a verifier were seen to check. */
export const SEEN_WAYS = ["introspection", "feed", "poll", "status_list"] as const;
export type SeenWay = (typeof SEEN_WAYS)[number];
export const SEEN_WAY_WORDS: Record<SeenWay, string> = {
  introspection: "asks",
  feed: "feed",
  poll: "feed, by polling",
  status_list: "status list",
};

/** How a verifier stands with regard to the feed. The first that is true, from the top. */
export const STANDINGS = [
  "silent",
  "behind",
  "old_version",
  "ended",
  "unseen",
  "by_itself",
  "in_step",
] as const;
export type Standing = (typeof STANDINGS)[number];

export const STANDING_WORDS: Record<Standing, { name: string; means: string }> = {
  silent: { name: "Silent", means: "It, or a process of it, was connected, and nothing is heard of that." },
  behind: { name: "Behind", means: "It has not said that it has the newest orders." },
  old_version: { name: "Old version", means: "It runs a version that is older than this product asks for." },
  ended: { name: "Not running", means: "Its last process said that it ended, or an admin did." },
  unseen: { name: "Never seen", means: "It has neither asked nor connected since it was registered." },
  by_itself: { name: "By itself", means: "It decides without telling: its standing cannot be known." },
  in_step: { name: "In step", means: "It asks at each use, or has every order." },
};

/** Those that want a look. */
export const TROUBLED_STANDINGS = ["silent", "behind", "old_version"] as const satisfies readonly Standing[];
export type TroubledCounts = Record<(typeof TROUBLED_STANDINGS)[number], number>;

/** A verifier's place in an order's journey: has it taken it in, can it still do what the order forbids, or does nothing tell. */
export const JOURNEY_STATES = ["reached", "open"] as const;
export type JourneyState = (typeof JOURNEY_STATES)[number];

/** One verifier on the board of an order. */
export type JourneyRow = {
  verifierId: string;
  name: string;
  /** The audiences that it answers for and the order reaches. */
  audiences: string[];
  /** Those of them that it was answerable for when the order was placed, and is no more. */
  formerAudiences: string[];
  /** It is told nothing any more: what it can still accept stands in `until`. */
  isDisabled: boolean;
  mode: VerifierMode;
  /** As its owner says. */
  checkWay: CheckWay;
  /** As it was seen; empty where it was never seen. */
  seenWays: SeenWay[];
  state: JourneyState;
  /** When all of its instances had said that they have the order; null where they have not, or do not say. */
  acknowledgedAt: string | null;
  /** From when on it refuses for certain, by what is known now: past for `reached`, to come for `open`. Null where nothing bounds it. */
  until: string | null;
  /** Why, in one sentence that holds no time. */
  says: string;
  /** When it last accepted, by its own report, what it should have refused by then; null where nothing contradicts the board. */
  acceptedAt: string | null;
  /** Instances that count, and how many of them have the order. */
  instances: { count: number; acknowledged: number };
  lastHeardAt: string | null;
};

/** An order's journey to every verifier that answers for what it reaches. */
export type Journey = {
  order: {
    id: string;
    position: string;
    verb: string;
    standing: string;
    committedAt: string;
    holdsFrom: string;
    /** When a suspension ended, by itself or by a restore: nothing is taken back by it any more. Null while it holds, and for other orders. */
    endedAt: string | null;
  };
  /** When this was read. */
  at: string;
  /** When the last token that can be accepted by its signature alone is over, with what clocks may differ; null where there is none. */
  lastTokenAt: string | null;
  /** False where counting took too long, or where the order is yet to begin and tokens are issued until then: the longest lifetime stands for it. */
  isExact: boolean;
  reached: number;
  open: number;
  /** When the last of them refuses for certain, by what is known now; null where nothing bounds it. */
  everywhereAt: string | null;
  rows: JourneyRow[];
};

/** How a verifier stands in the feed, for its list and its page. */
export type VerifierPropagation = {
  verifierId: string;
  name: string;
  checkWay: CheckWay;
  mode: VerifierMode;
  isDisabled: boolean;
  standing: Standing;
  /** One sentence. */
  says: string;
  seenWays: SeenWay[];
  /** How many facts the hindmost live instance has yet to say it knows. */
  behindBy: number;
  silentSince: string | null;
  /** Those that live, of those that were heard of in the last minutes. */
  instances: { live: number; count: number };
  /** The oldest version among live instances that is older than this product asks for. */
  oldVersion: string | null;
  lastHeardAt: string | null;
};

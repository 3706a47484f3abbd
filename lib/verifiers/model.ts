import type { SeenWay, VerifierPropagation } from "../propagation/model.ts";
import type { SecretRef } from "../secrets/model.ts";

/** Resource servers and gateways that ask whether tokens are good; browser-safe. Times are ISO 8601 in UTC. */
export const VERIFIER_MODES = ["strict", "lenient"] as const;
export type VerifierMode = (typeof VERIFIER_MODES)[number];
export const VERIFIER_MODE_WORDS: Record<VerifierMode, { name: string; means: string }> = {
  strict: {
    name: "Strict",
    means: "Refuses tokens while what it knows of revocations is older than it may be.",
  },
  lenient: { name: "Lenient", means: "Goes on accepting valid signatures while it hears nothing." },
};

export const AUDIT_MODES = ["durable", "relaxed"] as const;
export type AuditMode = (typeof AUDIT_MODES)[number];
export const AUDIT_MODE_WORDS: Record<AuditMode, { name: string; means: string }> = {
  durable: { name: "Durable", means: "Each use is on record before it is answered." },
  relaxed: {
    name: "Relaxed",
    means: "Answered first, on record within a second; a crash can lose that second.",
  },
};

/** How a verifier's owner says that it checks tokens. */
export const CHECK_WAYS = ["introspection", "forward_auth", "feed", "status_list", "jwks"] as const;
export type CheckWay = (typeof CHECK_WAYS)[number];
export const CHECK_WAY_WORDS: Record<CheckWay, { name: string; means: string }> = {
  introspection: { name: "Introspection", means: "Asks the authority about each token." },
  forward_auth: {
    name: "Forward-auth",
    means: "A gateway asks the authority before it lets a request through.",
  },
  feed: {
    name: "Feed",
    means:
      "Checks signatures itself, by the npm package or software of its own, and hears of every revocation at once.",
  },
  status_list: {
    name: "Status list",
    means: "Checks signatures itself and fetches lists of what was taken back.",
  },
  jwks: { name: "Signatures alone", means: "Hears of no revocation: accepts a token until it expires." },
};

export const VERIFIER_STATES = ["enabled", "disabled"] as const;
export type VerifierState = (typeof VERIFIER_STATES)[number];

export type VerifierRow = {
  id: string;
  name: string;
  description: string;
  state: VerifierState;
  mode: VerifierMode;
  maxStalenessSeconds: number;
  auditMode: AuditMode;
  checkWay: CheckWay;
  audiences: { id: string; name: string; title: string }[];
  lastSeenAt: string | null;
  /** What the authority that it asked last took to answer it then; null where it never asked. */
  answeredUs: LatencyUs | null;
  createdAt: string;
};

/** Microseconds. */
export type LatencyUs = { p50: number; p99: number };

/** What a verifier let in and refused in the last 24 hours, by the hour in which the use was received; oldest first. */
export type VerifierUses = {
  allowed: number;
  refused: number;
  /** How many were refused for each reason. */
  refusals: Record<string, number>;
  hours: { at: string; allowed: number; refused: number }[];
};

/** One row of the Verifiers table. */
export type VerifierListRow = VerifierRow & {
  propagation: VerifierPropagation;
  /** Of the last 24 hours; null where they cannot be counted in time. */
  uses: { allowed: number; refused: number } | null;
  /** Uses of the last 24 hours that it lost, by its own account: gaps in the log. */
  lost: number;
  /** What a check takes: of its slowest process that lives, else as it is answered; null where neither is known. */
  latencyUs: LatencyUs | null;
};

/** A process that checks tokens for a verifier, as it was heard and as it says of itself. Counts are its own, since it began. */
export type VerifierInstance = {
  id: string;
  way: SeenWay;
  /** Its software, "name/version"; null where it does not say. */
  agent: string | null;
  mode: VerifierMode | null;
  maxStalenessSeconds: number | null;
  isLive: boolean;
  position: string | null;
  /** Facts of the feed that it has not said to have; null where it does not follow it. */
  behindBy: number | null;
  firstSeenAt: string;
  lastHeardAt: string;
  /** When it said, or an admin did, that it accepts nothing any more; null while it may. */
  endedAt: string | null;
  /** The admin who said so; null where it said so itself. */
  endedBy: string | null;
  accepted: number;
  refused: number;
  /** Refused because what it knew was too old. */
  stale: number;
  /** Reports of uses that it had to drop: gaps in the log. */
  lost: number;
  /** What a check takes there. */
  latencyUs: LatencyUs | null;
};

/** `count` is how many there are; the instances are the newest heard. */
export type VerifierInstances = { count: number; instances: VerifierInstance[] };
export const INSTANCES_SHOWN = 100;

export type VerifierDetail = VerifierRow & {
  /** Newest first. */
  secrets: SecretRef[];
  disabledAt: string | null;
  updatedAt: string;
  version: number;
};

/** The secret of a new or rotated verifier: shown once, kept nowhere. */
export type CreatedVerifier = { verifier: VerifierDetail; secret: string };

export const VERIFIER_NAME_PATTERN = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
/** How long replaced secrets may go on working beside a new one. */
export const SECRET_OVERLAP_RANGE = { min: 0, max: 7 * 86_400, default: 86_400 } as const;
export const MAX_STALENESS_RANGE = { min: 1, max: 3600 } as const;

import type { VerifierPropagation } from "../propagation/model.ts";
import type { OrderRow } from "../revocations/model.ts";

/** A number with the page that lists what it counts. Where it is not exact it is at least `value`. */
export type LinkedCount = { value: number; isExact: boolean; href: string };

/** Events per step, oldest first; the last step is still running. */
export type OverviewSeries = {
  stepSeconds: number;
  points: { at: string; issued: number; allowed: number; refused: number }[];
};

export type OverviewClient = {
  id: string;
  clientId: string;
  name: string;
  access: LinkedCount;
  refresh: LinkedCount;
};

export type OverviewKey = {
  kid: string;
  purpose: string;
  algorithm: string;
  state: string;
  /** Days since it began to sign, or since it was made. */
  ageDays: number;
  /** good, or what a person should look at. */
  health: "good" | "attention";
  says: string;
  href: string;
};

export type OverviewVerifier = {
  id: string;
  name: string;
  mode: string;
  lastSeenAt: string | null;
  isDisabled: boolean;
  propagation: VerifierPropagation;
  href: string;
};

/** What is going on, at a glance. */
export type Overview = {
  at: string;
  live: { all: LinkedCount; access: LinkedCount; refresh: LinkedCount };
  /** The clients with the most live tokens, most first. */
  clients: OverviewClient[];
  /** Clients that hold live tokens beyond those listed. */
  otherClients: number;
  /** Clients with wrong or forgotten settings; null where they could not be found in time. */
  clientsNeedingLook: LinkedCount | null;
  suspended: LinkedCount;
  expiringWithinHour: LinkedCount;
  expiringWithinDay: LinkedCount;
  lastHour: { issued: LinkedCount; allowed: LinkedCount; refused: LinkedCount };
  lastDay: { issued: LinkedCount; allowed: LinkedCount; refused: LinkedCount };
  perMinute: OverviewSeries;
  perHour: OverviewSeries;
  keys: OverviewKey[];
  /** The troubled ones first, then those that were heard last. */
  verifiers: OverviewVerifier[];
  /** Silent, behind or on an old version. */
  verifiersBehind: LinkedCount;
  /** Without those by which clients gave up tokens of their own. */
  recentOrders: OrderRow[];
  unsettledOrders: LinkedCount;
  /** What there is of each: zero shows what to set up first. */
  registry: { audiences: number; users: number; clients: number; verifiers: number };
  /** What is not exact here and how old it may be, in a sentence. */
  precision: string;
};

/** Plans and what is placed by them; browser-safe. */
import type { Caller, OrderRow, Remaining, TargetKind, Verb } from "../revocations/model.ts";

/** What is planned; a restore and a call-off need no plan. */
export const PLANNED_VERBS = ["revoke", "suspend"] as const satisfies readonly Verb[];
export type PlannedVerb = (typeof PLANNED_VERBS)[number];

/** Kinds of targets that are named by an id. A selection is frozen when it is planned, anew each time. */
export const NAMED_KINDS = [
  "token",
  "family",
  "session",
  "user",
  "client",
  "permission",
  "group",
  "audience",
  "signing_key",
  "everything",
] as const satisfies readonly TargetKind[];
export type NamedKind = (typeof NAMED_KINDS)[number];

/** What an order is to reach. `members` is a choice of groups: the users that are in it today instead of the tokens that carry it. */
export type PlanTargetInput =
  | { kind: NamedKind; id: string; by?: "token" | "members" | undefined }
  | { kind: "selection"; filters: Record<string, string | string[]> }
  | { kind: "selection"; tokenIds: string[] }
  /** What an earlier order's selection has, as far as it lives. */
  | { kind: "selection"; id: string };

/** Tokens that one frozen selection may have: an authority keeps each of them in memory, 16 bytes and the air between. */
export const SELECTION_MAX = 1_000_000;
/** A selection of so many is in force with its order's own commit; of a larger one the worker writes the rest, batch by batch. */
export const SELECTION_AT_ONCE_MAX = 1_000;
/** Tokens that may be named one by one. */
export const SELECTION_IDS_MAX = 1_000;
/** Users that a group may have to be taken member by member. */
export const MEMBERS_MAX = 10_000;
/** Names of a kind that a plan lists; it holds them all. */
export const NAMES_SHOWN = 20;

export type Count = { value: number; isExact: boolean };
export type Name = { id: string; name: string };

/** What an order would do. It is bound to it: the order that carries the plan's id reaches nobody whom the plan did not name. */
export type OrderPlan = {
  id: string;
  createdAt: string;
  expiresAt: string;
  verb: PlannedVerb;
  target: { kind: TargetKind; id: string; name: string };
  /** Members of a group, taken user by user. */
  members: number | null;
  /** Set where the target is a refresh token: its family ends with it. */
  widensTo: { kind: TargetKind; id: string; name: string } | null;
  /** Null: at once. */
  effectiveFrom: string | null;
  /** Of a suspension; null: until it is restored. */
  suspendedUntil: string | null;
  isAlreadyRevoked: boolean;
  tokens: Count;
  users: Count;
  clients: Count;
  verifiers: Count;
  /** The first of each, by name. */
  named: { users: Name[]; clients: Name[]; verifiers: Name[] };
  /** Who used the tokens in the last 24 hours; of many tokens those of the newest. */
  callers: Caller[];
  /** false: who called could not be told in time. */
  callersAreKnown: boolean;
  remains: Remaining[];
  /** Until when a JWT among them is still accepted where only signatures are checked, in words, and the instant where there is one. */
  refusedEverywhere: { at: string | null; isExact: boolean; says: string };
  needsOwner: boolean;
  /** What is to be typed to confirm, or null. */
  confirm: string | null;
  /** Why it would wait for a second person, in words; null: it would not. */
  secondPerson: string | null;
  /** The dialog's text, a sentence each. */
  sentences: string[];
};

/** What an order by plan did. */
export type PlannedOrderResult = {
  /** The order; of a group's members the first. */
  order: OrderRow;
  /** How many orders were placed: more than one only for a group's members. */
  orders: number;
  /** false where the target had ended before: nothing was changed, nothing was placed. */
  wasPlaced: boolean;
  reached: { tokens: number; isExact: boolean };
  remains: Remaining[];
  refusedEverywhere: { at: string | null; isExact: boolean; says: string };
  /** What was done, a sentence each. */
  sentences: string[];
};

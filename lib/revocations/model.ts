/** Orders and what they reach; browser-safe. */
export const VERBS = ["revoke", "suspend", "restore", "cancel"] as const;
export type Verb = (typeof VERBS)[number];

export const TARGET_KINDS = [
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
  "selection",
] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export const REASONS = [
  "token_leaked",
  "key_compromise",
  "account_compromise",
  "superseded",
  "affiliation_changed",
  "privilege_withdrawn",
  "user_request",
  "policy",
  "test",
  "unspecified",
] as const;
export type Reason = (typeof REASONS)[number];

export const REASON_WORDS: Record<Reason, string> = {
  token_leaked: "Token leaked",
  key_compromise: "Key compromised",
  account_compromise: "Account compromised",
  superseded: "Superseded",
  affiliation_changed: "Left or moved",
  privilege_withdrawn: "Privilege withdrawn",
  user_request: "Asked for by the user",
  policy: "Policy",
  test: "Test",
  unspecified: "Other (needs a note)",
};

/**
 * Why, in words. A client that gives up its own tokens (RFC 7009) sends no reason: it is on record as `user_request`, for most do so
 * when somebody signs out, and nobody here knows whether anybody asked.
 */
export function reasonWords(reason: string, actorKind: string): string {
  if (reason === "user_request" && actorKind === "client") return "Given up by its client";
  return REASON_WORDS[reason as Reason] ?? reason;
}

/** Who places orders. Clients give up their own tokens, everybody else takes others' back. */
export const ORDERING_KINDS = ["admin", "api_token", "client", "user", "system"] as const;
export type OrderingKind = (typeof ORDERING_KINDS)[number];

export const ORDERING_KIND_WORDS: Record<OrderingKind, string> = {
  admin: "An admin",
  api_token: "An API token",
  client: "The client itself",
  user: "A user",
  system: "Tokenwarden",
};

/** An order as every process holds it. Times in milliseconds since the epoch. */
export type Order = {
  id: string;
  /** Dense and in commit order. */
  position: bigint;
  verb: Verb;
  targetKind: TargetKind;
  targetId: string;
  /** Tokens rooted at or before it are reached; null for token, family, signing_key and selection. */
  cutoffMs: number | null;
  /** -Infinity for an order that was placed to hold at once: no clock may be behind it. See `inForceFromMs`. */
  effectiveFromMs: number;
  /** Suspensions only. */
  expiresAtMs: number | null;
  reason: Reason;
  /** The scheduled order that this one calls off; of the verb cancel alone. */
  cancelsId: string | null;
};

/**
 * From when on an order counts. One that was placed to hold at once counts wherever it is known, whatever the clock there says: a machine
 * whose clock is behind the one that placed it must not go on accepting what it took back. SQL twin: `effective_from <= created_at OR …`.
 */
export function inForceFromMs(order: { effectiveFrom: Date; createdAt: Date }): number {
  return order.effectiveFrom <= order.createdAt ? Number.NEGATIVE_INFINITY : order.effectiveFrom.getTime();
}

/** What of a token an order looks at. */
export type OrderSubject = {
  id: string;
  familyId: string;
  sessionUid: string | null;
  userId: string | null;
  clientId: string;
  scopes: readonly string[];
  groups: readonly string[];
  audiences: readonly string[];
  signingKid: string | null;
  rootedAtMs: number;
  /** Frozen selections whose written part has the token. */
  selectionIds?: readonly string[];
};

/** A token with the frozen selections that have it. Field by field: what is held in memory is no plain object. */
export function withSelections(token: OrderSubject, selectionIds: readonly string[]): OrderSubject {
  return {
    id: token.id,
    familyId: token.familyId,
    sessionUid: token.sessionUid,
    userId: token.userId,
    clientId: token.clientId,
    scopes: token.scopes,
    groups: token.groups,
    audiences: token.audiences,
    signingKid: token.signingKid,
    rootedAtMs: token.rootedAtMs,
    selectionIds,
  };
}

/** Whether an order's target and cutoff reach a token, whatever the hour. SQL twin: `order_reaches`. */
export function orderReaches(
  order: Pick<Order, "targetKind" | "targetId" | "cutoffMs">,
  token: OrderSubject,
): boolean {
  switch (order.targetKind) {
    case "token":
      return order.targetId === token.id;
    case "family":
      return order.targetId === token.familyId;
    case "signing_key":
      return order.targetId === token.signingKid;
    case "session":
      return order.targetId === token.sessionUid && isCutOff(order, token);
    case "user":
      return order.targetId === token.userId && isCutOff(order, token);
    case "client":
      return order.targetId === token.clientId && isCutOff(order, token);
    case "permission":
      return token.scopes.includes(order.targetId) && isCutOff(order, token);
    case "group":
      return token.groups.includes(order.targetId) && isCutOff(order, token);
    case "audience":
      return token.audiences.includes(order.targetId) && isCutOff(order, token);
    case "everything":
      return isCutOff(order, token);
    case "selection":
      return token.selectionIds?.includes(order.targetId) ?? false;
    default:
      return order.targetKind satisfies never;
  }
}

function isCutOff(order: { cutoffMs: number | null }, token: OrderSubject): boolean {
  return order.cutoffMs !== null && token.rootedAtMs <= order.cutoffMs;
}

export type Verdict = { isRevoked: boolean; isSuspended: boolean; order: Order | null };

/**
 * The standing of a token under all orders that reach it at an instant: every order counts, revoked beats suspended, a restore ends only
 * suspensions of the same target that came before it, and what was called off never began. `order` is the one that decided.
 */
export function verdictOf(orders: Iterable<Order>, token: OrderSubject, nowMs: number): Verdict {
  const restoredUpTo = new Map<string, bigint>();
  const cancelled = new Set<string>();
  const reaching: Order[] = [];
  for (const order of orders) {
    if (order.verb === "cancel") {
      if (order.cancelsId !== null) cancelled.add(order.cancelsId);
    } else if (order.effectiveFromMs <= nowMs) {
      // a restore goes by its target: whatever the suspension reaches, it gives back
      if (order.verb === "restore") {
        const target = `${order.targetKind} ${order.targetId}`;
        const seen = restoredUpTo.get(target) ?? -1n;
        if (order.position > seen) restoredUpTo.set(target, order.position);
      } else if (orderReaches(order, token)) reaching.push(order);
    }
  }
  let revocation: Order | null = null;
  let suspension: Order | null = null;
  for (const order of reaching) {
    if (cancelled.has(order.id)) continue;
    if (order.verb === "revoke") {
      if (revocation === null || order.position < revocation.position) revocation = order;
      continue;
    }
    const restored = restoredUpTo.get(`${order.targetKind} ${order.targetId}`) ?? -1n;
    const isOver = order.expiresAtMs !== null && order.expiresAtMs <= nowMs;
    if (isOver || order.position <= restored) continue;
    if (suspension === null || order.position < suspension.position) suspension = order;
  }
  if (revocation !== null) return { isRevoked: true, isSuspended: false, order: revocation };
  return { isRevoked: false, isSuspended: suspension !== null, order: suspension };
}

/** What a person may take back in one act here. */
export const REVOCABLE_KINDS = ["token", "family", "session", "user", "client"] as const;
export type RevocableKind = (typeof REVOCABLE_KINDS)[number];

/** What every door to a revocation takes. `id` is a token's jti, a family's or user's or client's id, a session's uid. */
export type RevokeInput = { id: string; reason: Reason; note: string };

/** Where an order stands now. `over` is a suspension whose end has come, `restored` one that was given back before. */
export const ORDER_STANDINGS = ["scheduled", "in_force", "over", "restored", "cancelled"] as const;
export type OrderStanding = (typeof ORDER_STANDINGS)[number];

/** An order as lists and pages tell it. Times are ISO 8601 in UTC. */
export type OrderRow = {
  id: string;
  position: string;
  verb: Verb;
  standing: OrderStanding;
  /** The scheduled order that this one called off. */
  cancels: string | null;
  /** Of a frozen selection: how many tokens it has, all of which are to be written. */
  size: number | null;
  /** Whether other orders came from the same plan, as upon a group's members. */
  isOfSeveral: boolean;
  target: { kind: TargetKind; id: string; name: string };
  reason: Reason;
  note: string;
  cutoff: string | null;
  effectiveFrom: string;
  expiresAt: string | null;
  actor: { kind: string; id: string; name: string };
  createdAt: string;
  /** Null while the worker is writing down its tokens; it is in force all the same. */
  settledAt: string | null;
  settledCount: number;
};

/** How far an order is written down. */
export type Settling = {
  done: number;
  /** At most so many; null where nobody knows. */
  total: { value: number; isExact: boolean } | null;
  /** At the pace so far; null where nobody can say. */
  secondsLeft: number | null;
};

export type OrderDetail = OrderRow & {
  /** Tokens that the order reaches and that have not expired yet, counted exactly up to COUNT_MAX. */
  reached: { value: number; isExact: boolean };
  /** Null where everything is written, or nothing is to be yet. */
  settling: Settling | null;
  /** Orders of its plan that have not begun and were not called off, this one among them: what calling them off together would end. */
  toCome: { value: number; isExact: boolean };
};

/** Something that a revocation left valid, with where to see it. */
export type Remaining = {
  kind:
    | "refresh_token"
    | "family_tokens"
    | "user_tokens"
    | "user_sessions"
    | "user_sign_in"
    | "client_secret"
    | "client_sign_on"
    | "client_sign_in"
    | "reissue"
    | "sign_on_sessions"
    | "same_families";
  count: number;
  isExact: boolean;
  /** One sentence, that holds no time. */
  says: string;
  /** When the last of it ends by itself, of a family with its renewals, of a user's other tokens without; null where nothing ends it. */
  until: string | null;
  /** A page of the console, or null. */
  href: string | null;
};

/** What a revocation did. */
export type RevocationResult = {
  /** The order that was placed, or the one that had already ended the target. */
  order: OrderRow;
  /** false where it had ended before: nothing was changed, nothing was placed. */
  wasPlaced: boolean;
  /** Set where a refresh token was asked for: its whole family was revoked. */
  widenedTo: { kind: RevocableKind; id: string; name: string } | null;
  /** Tokens that were live (active, suspended or not yet valid) and are no more. */
  reached: { tokens: number; isExact: boolean };
  remains: Remaining[];
  /**
   * Who refuses, in words that hold no time, and until when the last JWT of what was taken back can still be accepted by what asks nobody: null
   * where none can. Not exact: at the latest then.
   */
  refusedEverywhere: { at: string | null; isExact: boolean; says: string };
};

/** A caller that used a target's tokens in the last 24 hours. */
export type Caller = { kind: "verifier" | "client"; id: string; name: string; uses: number; lastAt: string };

/** Counts beyond it are given as "at least". */
export const COUNT_MAX = 10_000;

/** Characters of a note. */
export const NOTE_MAX = 1_000;

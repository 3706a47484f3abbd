import { ExpiringIdSet } from "./expiring-id-set.ts";
import type { Fact, OrderFact, TargetKind } from "./facts.ts";

/** What of a token an order looks at. Ids as the token itself has them. */
export type Subject = {
  id: string;
  family: string;
  session: string | null;
  /** Null for a service's token. */
  user: string | null;
  client: string;
  permissions: readonly string[];
  groups: readonly string[];
  audiences: readonly string[];
  signingKey: string | null;
  /** Milliseconds since the epoch. */
  rootedAt: number;
};

export type Standing = "good" | "revoked" | "suspended";

/** An expired token is refused whatever the book says; this long after its expiry, in seconds, its facts are forgotten. */
const MEMORY_AFTER_EXPIRY = 600;

function isBare(fact: OrderFact): boolean {
  return (
    fact.verb === "revoke" &&
    fact.from === null &&
    (fact.target.kind === "token" || fact.target.kind === "family")
  );
}

const keyOf = (kind: TargetKind, id: string) => `${kind} ${id}`;

/**
 * Everything in force, in memory: revoked tokens and families as bare ids that are forgotten after their expiry, other orders by target.
 * All orders that match count; revoked beats suspended; a restore ends only suspensions of the same target that came before it; what was
 * called off never began.
 */
export class FactBook {
  readonly #revoked = { token: new ExpiringIdSet(), family: new ExpiringIdSet() };
  /** Selections that are suspended or that are to be revoked later; those revoked at once are bare ids. */
  readonly #selected = new Map<string, ExpiringIdSet>();
  readonly #byTarget = new Map<string, OrderFact[]>();
  readonly #countByKind = new Map<TargetKind, number>();
  readonly #known = new Set<string>();
  readonly #cancelled = new Set<string>();
  #disabledClients: ReadonlySet<string> = new Set();
  #unforgettable = 0;

  /** Facts that the book holds. */
  get size(): number {
    let sum = this.#revoked.token.size + this.#revoked.family.size + this.#cancelled.size;
    for (const orders of this.#byTarget.values()) sum += orders.length;
    for (const tokens of this.#selected.values()) sum += tokens.size;
    return sum;
  }

  /** Ids that came without an expiry: only a new snapshot lets the book forget them. */
  get unforgettable(): number {
    return this.#unforgettable;
  }

  /** Takes a fact; one that it has already changes nothing. */
  take(fact: Fact): void {
    if ("selection" in fact) {
      this.#takeSelected(fact.selection, fact.tokens);
      return;
    }
    if (fact.verb === "cancel") {
      if (fact.cancels !== null) this.#cancelled.add(fact.cancels);
      return;
    }
    if (isBare(fact)) {
      const expires = fact.expires === null ? null : fact.expires + MEMORY_AFTER_EXPIRY;
      if (this.#revoked[fact.target.kind as "token" | "family"].add(fact.target.id, expires)) {
        if (expires === null) this.#unforgettable += 1;
        return;
      }
    }
    if (this.#known.has(fact.order)) return;
    this.#known.add(fact.order);
    const key = keyOf(fact.target.kind, fact.target.id);
    const known = this.#byTarget.get(key);
    if (known === undefined) this.#byTarget.set(key, [fact]);
    else known.push(fact);
    this.#countByKind.set(fact.target.kind, (this.#countByKind.get(fact.target.kind) ?? 0) + 1);
  }

  /** Revoked ids of a snapshot: 20 bytes each, id and expiry. */
  takeRevoked(kind: "token" | "family", bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const copy = new Uint8Array(bytes);
    const out = new DataView(copy.buffer);
    for (let at = 16; at + 4 <= bytes.length; at += 20) {
      const expires = view.getUint32(at);
      if (expires === 0) this.#unforgettable += 1;
      else out.setUint32(at, Math.min(expires + MEMORY_AFTER_EXPIRY, 0xffff_fffe));
    }
    this.#revoked[kind].addBytes(copy, true);
  }

  /** The disabled clients, in full. */
  setDisabledClients(ids: readonly string[]): void {
    if (ids.length === 0 && this.#disabledClients.size === 0) return;
    this.#disabledClients = new Set(ids);
  }

  isClientDisabled(id: string): boolean {
    return this.#disabledClients.has(id);
  }

  /** Takes over what an older book knows as revoked: a feed that went back brings no token back. */
  keepRevocationsOf(older: FactBook): void {
    this.#revoked.token.addAll(older.#revoked.token);
    this.#revoked.family.addAll(older.#revoked.family);
    for (const [key, orders] of older.#byTarget)
      for (const order of orders) {
        if (order.verb !== "revoke" || older.#cancelled.has(order.order)) continue;
        const tokens = key.startsWith("selection ") ? older.#selected.get(order.target.id) : undefined;
        this.take(order);
        if (tokens === undefined) continue;
        const own = this.#selected.get(order.target.id) ?? new ExpiringIdSet();
        own.addAll(tokens);
        this.#selected.set(order.target.id, own);
      }
  }

  #takeSelected(selection: string, tokens: Uint8Array): void {
    this.#unforgettable += tokens.length / 16;
    const orders = this.#byTarget.get(keyOf("selection", selection)) ?? [];
    if (orders.some((order) => order.verb === "revoke" && order.from === null)) {
      this.#revoked.token.addBytes(tokens, false);
      return;
    }
    const known = this.#selected.get(selection) ?? new ExpiringIdSet();
    known.addBytes(tokens, false);
    this.#selected.set(selection, known);
  }

  /** Where a token stands at an instant, in milliseconds since the epoch. */
  standing(subject: Subject, now: number): Standing {
    if (this.#revoked.token.has(subject.id) || this.#revoked.family.has(subject.family)) return "revoked";
    if (this.#byTarget.size === 0) return "good";
    let isSuspended = false;
    for (const orders of this.#reaching(subject)) {
      let restoredUpTo = -1;
      for (const order of orders)
        if (
          order.verb === "restore" &&
          (order.from === null || order.from <= now) &&
          order.position > restoredUpTo
        )
          restoredUpTo = order.position;
      for (const order of orders) {
        if (order.verb === "restore" || (order.from !== null && order.from > now)) continue;
        if (this.#cancelled.has(order.order) || !isCutOff(order, subject)) continue;
        if (order.verb === "revoke") return "revoked";
        const isOver = order.until !== null && order.until <= now;
        if (!isOver && order.position > restoredUpTo) isSuspended = true;
      }
    }
    return isSuspended ? "suspended" : "good";
  }

  *#reaching(subject: Subject): Generator<readonly OrderFact[]> {
    for (const [kind] of this.#countByKind)
      for (const id of this.#idsOf(kind, subject)) {
        const found = this.#byTarget.get(keyOf(kind, id));
        if (found !== undefined) yield found;
      }
  }

  #idsOf(kind: TargetKind, subject: Subject): Iterable<string> {
    switch (kind) {
      case "token":
        return [subject.id];
      case "family":
        return [subject.family];
      case "session":
        return subject.session === null ? [] : [subject.session];
      case "user":
        return subject.user === null ? [] : [subject.user];
      case "client":
        return [subject.client];
      case "permission":
        return new Set(subject.permissions);
      case "group":
        return new Set(subject.groups);
      case "audience":
        return new Set(subject.audiences);
      case "signing_key":
        return subject.signingKey === null ? [] : [subject.signingKey];
      case "everything":
        return ["*"];
      case "selection": {
        const found: string[] = [];
        for (const [id, tokens] of this.#selected) if (tokens.has(subject.id)) found.push(id);
        return found;
      }
      default:
        return kind satisfies never;
    }
  }

  /** Forgets what can matter to nobody any more. `now` in milliseconds since the epoch. */
  sweep(now: number): void {
    const seconds = now / 1_000;
    this.#revoked.token.sweep(seconds);
    this.#revoked.family.sweep(seconds);
    // an order comes before what calls it off: one that is not here has left, or was left out of the snapshot
    for (const id of this.#cancelled) if (!this.#known.has(id)) this.#cancelled.delete(id);
    for (const [key, orders] of this.#byTarget) {
      const left = stillMattering(
        orders.filter(({ order }) => !this.#cancelled.has(order)),
        now,
      );
      if (left.length === orders.length) continue;
      for (const order of orders) if (!left.includes(order)) this.#forget(order);
      if (left.length > 0) {
        this.#byTarget.set(key, left);
        continue;
      }
      this.#byTarget.delete(key);
      if (key.startsWith("selection ")) this.#selected.delete(key.slice("selection ".length));
    }
  }

  #forget(order: OrderFact): void {
    this.#known.delete(order.order);
    this.#cancelled.delete(order.order);
    const left = (this.#countByKind.get(order.target.kind) ?? 1) - 1;
    if (left === 0) this.#countByKind.delete(order.target.kind);
    else this.#countByKind.set(order.target.kind, left);
  }
}

/** Without suspensions that are over or were given back, the restores that gave them back, and what reaches no token that can still be presented. */
function stillMattering(orders: readonly OrderFact[], now: number): OrderFact[] {
  const isRestoreInForce = (order: OrderFact) =>
    order.verb === "restore" && (order.from === null || order.from <= now);
  const restoredUpTo = Math.max(-1, ...orders.filter(isRestoreInForce).map((order) => order.position));
  return orders.filter((order) => {
    if (order.expires !== null && order.expires + MEMORY_AFTER_EXPIRY < now / 1_000) return false;
    if (isRestoreInForce(order)) return false;
    if (order.verb !== "suspend") return true;
    return order.position > restoredUpTo && (order.until === null || order.until > now);
  });
}

/** Whether the order's cutoff reaches a token that its target reaches. Targets that are single things need none. */
function isCutOff(order: OrderFact, subject: Subject): boolean {
  switch (order.target.kind) {
    case "token":
    case "family":
    case "signing_key":
    case "selection":
      return true;
    default:
      return order.cutoff !== null && subject.rootedAt <= order.cutoff;
  }
}

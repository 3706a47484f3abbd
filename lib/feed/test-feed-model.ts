import { type Order, type OrderSubject, verdictOf, withSelections } from "../revocations/model.ts";
import type { Fact } from "./fact.ts";

function uuidsOf(bytes: Buffer, stride: number): string[] {
  return Array.from({ length: bytes.length / stride }, (_, index) => {
    const hex = bytes.subarray(index * stride, index * stride + 16).toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  });
}

function orderOf(fact: Exclude<Fact, { selection: string }>): Order {
  return {
    id: fact.order,
    position: BigInt(fact.position),
    verb: fact.verb,
    targetKind: fact.target.kind,
    targetId: fact.target.id,
    cutoffMs: fact.cutoff ?? null,
    effectiveFromMs: fact.from ?? Number.NEGATIVE_INFINITY,
    expiresAtMs: fact.until ?? null,
    reason: "test",
    cancelsId: fact.cancels ?? null,
  };
}

/**
 * What a reader of the feed knows, as the product's own rules read it: for tests of what is sent. Forgets what it is told may be forgotten.
 * Its subjects are told by a JWT's claims: `clientId` is the protocol's client_id.
 */
export class FeedModel {
  position = 0;
  readonly #revoked = { token: new Map<string, number>(), family: new Map<string, number>() };
  readonly #orders: { order: Order; expires: number }[] = [];
  readonly #selections = new Map<string, Set<string>>();

  /** Takes a part of a snapshot. */
  load(part: { token: Buffer; family: Buffer; facts: readonly Fact[] }): void {
    for (const kind of ["token", "family"] as const)
      for (const [index, id] of uuidsOf(part[kind], 20).entries())
        this.#revoked[kind].set(id, part[kind].readUInt32BE(index * 20 + 16));
    for (const fact of part.facts) this.#keep(fact);
  }

  /** Takes the next fact. @throws where it is not the next one. */
  apply(fact: Fact): void {
    if (fact.position !== this.position + 1)
      throw new Error(`a gap: ${fact.position} comes after ${this.position}`);
    this.#keep(fact);
    this.position = fact.position;
  }

  #keep(fact: Fact): void {
    if ("selection" in fact) {
      const known = this.#selections.get(fact.selection) ?? new Set();
      for (const id of uuidsOf(Buffer.from(fact.tokens, "base64url"), 16)) known.add(id);
      this.#selections.set(fact.selection, known);
    } else this.#orders.push({ order: orderOf(fact), expires: fact.expires ?? Number.POSITIVE_INFINITY });
  }

  get size(): number {
    return this.#revoked.token.size + this.#revoked.family.size + this.#orders.length;
  }

  /** Whether a token that has not expired is good, and if not, how. */
  standing(subject: OrderSubject, nowMs: number): "good" | "revoked" | "suspended" {
    const isRevoked = (kind: "token" | "family", id: string) =>
      (this.#revoked[kind].get(id) ?? 0) * 1_000 > nowMs;
    if (isRevoked("token", subject.id) || isRevoked("family", subject.familyId)) return "revoked";
    const orders = this.#orders.filter(({ expires }) => expires * 1_000 > nowMs).map(({ order }) => order);
    const selected = [...this.#selections].filter(([, ids]) => ids.has(subject.id)).map(([id]) => id);
    const verdict = verdictOf(orders, withSelections(subject, selected), nowMs);
    return verdict.isRevoked ? "revoked" : verdict.isSuspended ? "suspended" : "good";
  }
}

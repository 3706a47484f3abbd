import {
  type Order,
  type OrderSubject,
  type TargetKind,
  type Verdict,
  verdictOf,
} from "../revocations/model.ts";

const NOTHING: Verdict = { isRevoked: false, isSuspended: false, order: null };

/** All orders in force, in memory, by target. A token's verdict costs a look-up for each of its properties that any order names. */
export class OrderBook {
  #position = 0n;
  readonly #byTarget = new Map<string, Order[]>();
  readonly #countByKind = new Map<TargetKind, number>();

  /** The last position that the book holds. */
  get position(): bigint {
    return this.#position;
  }

  /** Orders that the book holds. */
  get size(): number {
    let sum = 0;
    for (const count of this.#countByKind.values()) sum += count;
    return sum;
  }

  /**
   * Takes the next order of the feed.
   *
   * @throws where it is not the next: a gap would be a revocation that nobody sees.
   */
  append(order: Order): void {
    if (order.position !== this.#position + 1n)
      throw new Error(`the feed of revocations jumps from ${this.#position} to ${order.position}`);
    this.#keep(order);
    this.#position = order.position;
  }

  /** Fills a new book with the orders that still matter and the position that they were read at. */
  load(orders: Iterable<Order>, position: bigint): void {
    for (const order of orders) this.#keep(order);
    this.#position = position;
  }

  #keep(order: Order): void {
    const key = `${order.targetKind} ${order.targetId}`;
    const known = this.#byTarget.get(key);
    if (known === undefined) this.#byTarget.set(key, [order]);
    else known.push(order);
    this.#countByKind.set(order.targetKind, (this.#countByKind.get(order.targetKind) ?? 0) + 1);
  }

  #has(kind: TargetKind): boolean {
    return this.#countByKind.has(kind);
  }

  #collect(into: Order[], kind: TargetKind, id: string | null): void {
    if (id === null) return;
    const found = this.#byTarget.get(`${kind} ${id}`);
    if (found !== undefined) into.push(...found);
  }

  /** The token's standing under every order of the book, at an instant. */
  verdict(token: OrderSubject, nowMs: number): Verdict {
    if (this.#byTarget.size === 0) return NOTHING;
    const orders: Order[] = [];
    if (this.#has("token")) this.#collect(orders, "token", token.id);
    if (this.#has("family")) this.#collect(orders, "family", token.familyId);
    if (this.#has("session")) this.#collect(orders, "session", token.sessionUid);
    if (this.#has("user")) this.#collect(orders, "user", token.userId);
    if (this.#has("client")) this.#collect(orders, "client", token.clientId);
    if (this.#has("signing_key")) this.#collect(orders, "signing_key", token.signingKid);
    if (this.#has("permission")) for (const scope of token.scopes) this.#collect(orders, "permission", scope);
    if (this.#has("group")) for (const group of token.groups) this.#collect(orders, "group", group);
    if (this.#has("audience"))
      for (const audience of token.audiences) this.#collect(orders, "audience", audience);
    if (this.#has("everything")) this.#collect(orders, "everything", "*");
    return orders.length === 0 ? NOTHING : verdictOf(orders, token, nowMs);
  }
}

import {
  type Order,
  type OrderSubject,
  type TargetKind,
  type Verdict,
  verdictOf,
  withSelections,
} from "../revocations/model.ts";
import { IdSet } from "./id-set.ts";

/** What the orders of a book come to for a token. */
export type Standing = Pick<Verdict, "isRevoked" | "isSuspended">;

const GOOD: Standing = { isRevoked: false, isSuspended: false };
const REVOKED: Standing = { isRevoked: true, isSuspended: false };

/** Tokens of a frozen selection that came into force together: 16 bytes each, one after the other. */
export type SelectedTokens = { position: bigint; selectionId: string; ids: Buffer };

/** Revocations of these that hold at once and for ever are kept as bare ids: there can be millions. */
export type BareKind = "token" | "family";

function isBare(order: Order): order is Order & { targetKind: BareKind } {
  return (
    order.verb === "revoke" &&
    order.effectiveFromMs === Number.NEGATIVE_INFINITY &&
    (order.targetKind === "token" || order.targetKind === "family")
  );
}

/** All orders in force, in memory, by target. A token's standing costs a look-up for each of its properties that any order names. */
export class OrderBook {
  #position = 0n;
  #loadedTo = 0n;
  readonly #bare: Record<BareKind, IdSet> = { token: new IdSet(), family: new IdSet() };
  /** Selections that are suspended, or that are to be revoked later. The others are bare. */
  readonly #selected = new Map<string, IdSet>();
  #selectedTaken = 0n;
  readonly #byTarget = new Map<string, Order[]>();
  readonly #countByKind = new Map<TargetKind, number>();

  /** The last position that the book holds. */
  get position(): bigint {
    return this.#position;
  }

  /** Orders that the book holds; a second revocation of one token or family is none. */
  get size(): number {
    let sum = this.#bare.token.size + this.#bare.family.size;
    for (const count of this.#countByKind.values()) sum += count;
    for (const tokens of this.#selected.values()) sum += tokens.size;
    return sum;
  }

  /**
   * Takes the next entry of the feed.
   *
   * @throws where it is not the next: a gap would be a revocation that nobody sees.
   */
  append(entry: Order | SelectedTokens): void {
    if (entry.position !== this.#position + 1n)
      throw new Error(`the feed of revocations jumps from ${this.#position} to ${entry.position}`);
    if ("selectionId" in entry) {
      this.loadSelected(entry.selectionId, entry.ids);
      this.#selectedTaken += BigInt(entry.ids.length / 16);
    } else this.#keep(entry);
    this.#position = entry.position;
  }

  /** Fills a new book with orders that still matter. */
  load(orders: Iterable<Order>): void {
    for (const order of orders) this.#keep(order);
  }

  /** Fills a new book with tokens or families that are revoked for ever, 16 bytes each. */
  loadRevoked(kind: BareKind, ids: Buffer): void {
    this.#bare[kind].addBytes(ids);
  }

  /** Takes tokens of a frozen selection. Its orders must be in the book: those that are revoked at once and for ever are kept without it. */
  loadSelected(selectionId: string, ids: Buffer): void {
    const orders = this.#byTarget.get(`selection ${selectionId}`) ?? [];
    if (
      orders.some((order) => order.verb === "revoke" && order.effectiveFromMs === Number.NEGATIVE_INFINITY)
    ) {
      this.#bare.token.addBytes(ids);
      return;
    }
    const known = this.#selected.get(selectionId) ?? new IdSet();
    known.addBytes(ids);
    this.#selected.set(selectionId, known);
  }

  /** Says up to which position a new book was filled. */
  loadedTo(position: bigint): void {
    this.#position = position;
    this.#loadedTo = position;
    this.#selectedTaken = 0n;
  }

  /** Orders, and tokens of selections, taken since the book was filled. */
  get grown(): bigint {
    return this.#position - this.#loadedTo + this.#selectedTaken;
  }

  #keep(order: Order): void {
    if (isBare(order) && this.#bare[order.targetKind].add(order.targetId)) return;
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
  verdict(token: OrderSubject, nowMs: number): Standing {
    if (this.#bare.token.has(token.id) || this.#bare.family.has(token.familyId)) return REVOKED;
    if (this.#byTarget.size === 0) return GOOD;
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
    const selectionIds: string[] = [];
    for (const [id, tokens] of this.#selected)
      if (tokens.has(token.id)) {
        selectionIds.push(id);
        this.#collect(orders, "selection", id);
      }
    if (orders.length === 0) return GOOD;
    return verdictOf(orders, selectionIds.length === 0 ? token : withSelections(token, selectionIds), nowMs);
  }
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "../test-property-runs.ts";
import { OrderBook, type SelectedTokens } from "../verification/order-book.ts";
import {
  inForceFromMs,
  type Order,
  type OrderSubject,
  reasonWords,
  TARGET_KINDS,
  VERBS,
  verdictOf,
} from "./model.ts";

test("a token that its client gave up is not said to have been asked for by the user", () => {
  expect(reasonWords("user_request", "client")).toBe("Given up by its client");
  expect(reasonWords("user_request", "admin")).toBe("Asked for by the user");
  expect(reasonWords("token_leaked", "client")).toBe("Token leaked");
});

const NAMES = ["a", "b", "0190a0a0-0000-7000-8000-00000000000c"] as const;
const name = fc.constantFrom(...NAMES);

const subject: fc.Arbitrary<OrderSubject> = fc.record({
  id: name,
  familyId: name,
  sessionUid: fc.option(name),
  userId: fc.option(name),
  clientId: name,
  scopes: fc.uniqueArray(name),
  groups: fc.uniqueArray(name),
  audiences: fc.uniqueArray(name),
  signingKid: fc.option(name),
  rootedAtMs: fc.integer({ min: 0, max: 20 }),
});

const orders: fc.Arbitrary<Order[]> = fc
  .array(
    fc.record({
      verb: fc.constantFrom(...VERBS),
      targetKind: fc.constantFrom(...TARGET_KINDS),
      targetId: name,
      cutoffMs: fc.integer({ min: 0, max: 20 }),
      // zero: in force at once
      effectiveFromMs: fc.oneof(fc.constant(Number.NEGATIVE_INFINITY), fc.integer({ min: 0, max: 20 })),
      expiresAtMs: fc.option(fc.integer({ min: 0, max: 30 })),
    }),
    { maxLength: 12 },
  )
  .map((list) =>
    list.map((order, index) => ({
      ...order,
      id: String(index),
      position: BigInt(index + 1),
      targetId: order.targetKind === "everything" ? "*" : order.targetId,
      expiresAtMs: order.verb === "suspend" ? order.expiresAtMs : null,
      reason: "test" as const,
      cancelsId: null as string | null,
    })),
  )
  .map((list) =>
    list.map((order, index) => {
      if (order.verb !== "cancel") return order;
      // only what begins later is called off, by an order upon the same target
      const off = list.find((one, at) => at < index && Number.isFinite(one.effectiveFromMs));
      if (off === undefined) return { ...order, verb: "restore" as const };
      const { targetKind, targetId } = off;
      return {
        ...order,
        targetKind,
        targetId,
        effectiveFromMs: Number.NEGATIVE_INFINITY,
        cancelsId: off.id,
      };
    }),
  );

test("the book of orders finds the same verdict as looking at every order, whichever level each is upon (mistake 3)", () => {
  fc.assert(
    fc.property(orders, subject, fc.integer({ min: 0, max: 30 }), (list, token, nowMs) => {
      const book = new OrderBook();
      for (const order of list) book.append(order);
      const { isRevoked, isSuspended } = verdictOf(list, token, nowMs);
      expect(book.verdict(token, nowMs)).toMatchObject({ isRevoked, isSuspended });
    }),
    { numRuns: propertyRuns(2_000) },
  );
});

test("revoked stays revoked whatever order comes after", () => {
  fc.assert(
    fc.property(orders, orders, subject, fc.integer({ min: 0, max: 30 }), (before, after, token, nowMs) => {
      if (!verdictOf(before, token, nowMs).isRevoked) return;
      const later = after.map((order) => ({
        ...order,
        id: `later ${order.id}`,
        position: order.position + BigInt(before.length),
        cancelsId: order.cancelsId === null ? null : `later ${order.cancelsId}`,
      }));
      expect(verdictOf([...before, ...later], token, nowMs).isRevoked).toBe(true);
    }),
    { numRuns: propertyRuns(2_000) },
  );
});

test("an order that was placed to hold at once holds whatever a clock says, one for later from its hour on", () => {
  const token = { id: "t", familyId: "f", sessionUid: null, userId: null, clientId: "c" } as const;
  const bearer = { ...token, scopes: [], groups: [], audiences: [], signingKid: null, rootedAtMs: 0 };
  fc.assert(
    fc.property(fc.integer(), fc.nat(), fc.integer(), (placedMs, delayMs, nowMs) => {
      const effectiveFromMs = inForceFromMs({
        effectiveFrom: new Date(placedMs + delayMs),
        createdAt: new Date(placedMs),
      });
      const order: Order = {
        id: "o",
        position: 1n,
        verb: "revoke",
        targetKind: "token",
        targetId: "t",
        cutoffMs: null,
        effectiveFromMs,
        expiresAtMs: null,
        reason: "test",
        cancelsId: null,
      };
      const isInForce = delayMs === 0 || nowMs >= placedMs + delayMs;
      expect(verdictOf([order], bearer, nowMs).isRevoked).toBe(isInForce);
    }),
    { numRuns: propertyRuns(2_000) },
  );
});

test("a restore ends suspensions of its own target only", () => {
  const token: OrderSubject = {
    id: "t",
    familyId: "f",
    sessionUid: null,
    userId: "u",
    clientId: "c",
    scopes: [],
    groups: [],
    audiences: [],
    signingKid: null,
    rootedAtMs: 1,
  };
  const order = (
    position: bigint,
    verb: Order["verb"],
    targetKind: Order["targetKind"],
    targetId: string,
  ): Order => ({
    id: String(position),
    position,
    verb,
    targetKind,
    targetId,
    cutoffMs: 5,
    effectiveFromMs: 0,
    expiresAtMs: null,
    reason: "test",
    cancelsId: null,
  });
  const both = [order(1n, "suspend", "user", "u"), order(2n, "suspend", "client", "c")];
  expect(verdictOf([...both, order(3n, "restore", "user", "u")], token, 10).isSuspended).toBe(true);
  expect(
    verdictOf([...both, order(3n, "restore", "user", "u"), order(4n, "restore", "client", "c")], token, 10)
      .isSuspended,
  ).toBe(false);
});

test("the book refuses a gap in the feed", () => {
  const book = new OrderBook();
  expect(() =>
    book.append({
      id: "x",
      position: 2n,
      verb: "revoke",
      targetKind: "token",
      targetId: "t",
      cutoffMs: null,
      effectiveFromMs: 0,
      expiresAtMs: null,
      reason: "test",
      cancelsId: null,
    }),
  ).toThrow("jumps from 0 to 2");
});

describe("a frozen selection in the book", () => {
  const ID = "0190a0a0-0000-7000-8000-00000000000c";
  const token: OrderSubject = {
    id: ID,
    familyId: "f",
    sessionUid: null,
    userId: null,
    clientId: "c",
    scopes: [],
    groups: [],
    audiences: [],
    signingKid: null,
    rootedAtMs: 1,
  };
  const ids = Buffer.from(ID.replaceAll("-", ""), "hex");
  const order = (position: bigint, change: Partial<Order>): Order => ({
    id: String(position),
    position,
    verb: "suspend",
    targetKind: "selection",
    targetId: "s",
    cutoffMs: null,
    effectiveFromMs: Number.NEGATIVE_INFINITY,
    expiresAtMs: null,
    reason: "test",
    cancelsId: null,
    ...change,
  });
  const bookOf = (...entries: (Order | SelectedTokens)[]) => {
    const book = new OrderBook();
    for (const entry of entries) book.append(entry);
    return book;
  };
  const chunk = (position: bigint): SelectedTokens => ({ position, selectionId: "s", ids });

  test("holds its tokens from the entry on that brings them, and no others", () => {
    const book = bookOf(order(1n, { verb: "revoke" }));
    expect(book.verdict(token, 5).isRevoked).toBe(false);
    book.append(chunk(2n));
    expect(book.verdict(token, 5).isRevoked).toBe(true);
    expect(book.verdict({ ...token, id: ID.replace("c", "d") }, 5).isRevoked).toBe(false);
  });

  test("suspends until its end or its restore", () => {
    const book = bookOf(order(1n, { expiresAtMs: 10 }), chunk(2n));
    expect([9, 10].map((nowMs) => book.verdict(token, nowMs).isSuspended)).toEqual([true, false]);
    book.append(order(3n, { verb: "restore" }));
    expect(book.verdict(token, 9)).toEqual({ isRevoked: false, isSuspended: false, order: null });
  });

  test("holds nothing before its hour, and nothing ever when it was called off", () => {
    const book = bookOf(order(1n, { verb: "revoke", effectiveFromMs: 10 }), chunk(2n));
    expect([9, 10].map((nowMs) => book.verdict(token, nowMs).isRevoked)).toEqual([false, true]);
    book.append(order(3n, { verb: "cancel", cancelsId: "1" }));
    expect(book.verdict(token, 11).isRevoked).toBe(false);
  });
});

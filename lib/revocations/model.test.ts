import fc from "fast-check";
import { expect, test } from "vitest";
import { OrderBook } from "../verification/order-book.ts";
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
    })),
  );

test("the book of orders finds the same verdict as looking at every order", () => {
  fc.assert(
    fc.property(orders, subject, fc.integer({ min: 0, max: 30 }), (list, token, nowMs) => {
      const book = new OrderBook();
      for (const order of list) book.append(order);
      const { isRevoked, isSuspended } = verdictOf(list, token, nowMs);
      expect(book.verdict(token, nowMs)).toMatchObject({ isRevoked, isSuspended });
    }),
    { numRuns: 2_000 },
  );
});

test("revoked stays revoked whatever order comes after", () => {
  fc.assert(
    fc.property(orders, orders, subject, fc.integer({ min: 0, max: 30 }), (before, after, token, nowMs) => {
      if (!verdictOf(before, token, nowMs).isRevoked) return;
      const later = after.map((order) => ({ ...order, position: order.position + BigInt(before.length) }));
      expect(verdictOf([...before, ...later], token, nowMs).isRevoked).toBe(true);
    }),
    { numRuns: 2_000 },
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
      };
      const isInForce = delayMs === 0 || nowMs >= placedMs + delayMs;
      expect(verdictOf([order], bearer, nowMs).isRevoked).toBe(isInForce);
    }),
    { numRuns: 2_000 },
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
    }),
  ).toThrow("jumps from 0 to 2");
});

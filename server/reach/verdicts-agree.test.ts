import fc from "fast-check";
import { expect, test } from "vitest";
import type { Order, OrderSubject, TargetKind } from "#lib/revocations/model.ts";
import { verdictOf } from "#lib/revocations/model.ts";
import { propertyRuns } from "#lib/test-property-runs.ts";
import { OrderBook } from "#lib/verification/order-book.ts";
import { FactBook } from "#verifier/fact-book.ts";
import { type Fact, type OrderFact, parseFact } from "#verifier/facts.ts";

const uuid = (n: number) => `019a0000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
const NOW = Date.UTC(2026, 10, 28);
const SELECTIONS = [uuid(900), uuid(901)];

/** Few values, so that orders and tokens meet. */
const IDS: Record<TargetKind, string[]> = {
  token: [uuid(1), uuid(2)],
  family: [uuid(11), uuid(12)],
  session: ["s1", "s2"],
  user: [uuid(21), uuid(22)],
  client: ["c1", "c2"],
  permission: ["read", "write", "admin"],
  group: ["staff", "ops"],
  audience: ["billing", "ledger"],
  signing_key: ["k1", "k2"],
  everything: ["*"],
  selection: SELECTIONS,
};
const WITHOUT_CUTOFF = new Set<TargetKind>(["token", "family", "signing_key", "selection"]);

/** Instants around now, so that what begins and ends falls on both sides of it, and on it. */
const instant = fc.integer({ min: -3, max: 3 }).map((n) => NOW + n);

const placed = fc.constantFrom(...(Object.keys(IDS) as TargetKind[])).chain((kind) =>
  fc.record({
    verb: fc.constantFrom("revoke" as const, "suspend" as const, "restore" as const),
    targetKind: fc.constant(kind),
    targetId: fc.constantFrom(...(IDS[kind] as [string])),
    cutoffMs: WITHOUT_CUTOFF.has(kind) ? fc.constant(null) : instant,
    effectiveFromMs: fc.oneof(fc.constant(Number.NEGATIVE_INFINITY), instant),
    expiresAtMs: fc.option(instant),
    /** Some scheduled ones are called off. */
    isCancelled: fc.boolean(),
  }),
);

const ordersOf = fc.array(placed, { maxLength: 14 }).map((list) => {
  const orders: Order[] = [];
  const push = (order: Omit<Order, "position" | "id" | "reason">) => {
    const position = BigInt(orders.length + 1);
    const made: Order = { ...order, id: uuid(5_000 + orders.length), position, reason: "test" };
    orders.push(made);
    return made;
  };
  for (const { isCancelled, ...drawn } of list) {
    // a restore is given at once: there is nothing of it to call off
    const one = drawn.verb === "restore" ? { ...drawn, effectiveFromMs: Number.NEGATIVE_INFINITY } : drawn;
    const made = push({
      ...one,
      expiresAtMs: one.verb === "suspend" ? one.expiresAtMs : null,
      cancelsId: null,
    });
    // only what is still to come can be called off
    if (isCancelled && Number.isFinite(made.effectiveFromMs))
      push({
        ...one,
        verb: "cancel",
        effectiveFromMs: Number.NEGATIVE_INFINITY,
        expiresAtMs: null,
        cancelsId: made.id,
      });
  }
  return orders;
});

const subset = (values: readonly string[]) => fc.subarray([...values]);
const tokenOf = fc.record({
  id: fc.constantFrom(...(IDS.token as [string])),
  familyId: fc.constantFrom(...(IDS.family as [string])),
  sessionUid: fc.option(fc.constantFrom(...(IDS.session as [string]))),
  userId: fc.option(fc.constantFrom(...(IDS.user as [string]))),
  clientId: fc.constantFrom(...(IDS.client as [string])),
  scopes: subset(IDS.permission),
  groups: subset(IDS.group),
  audiences: subset(IDS.audience),
  signingKid: fc.option(fc.constantFrom(...(IDS.signing_key as [string]))),
  rootedAtMs: instant,
  selectionIds: subset(SELECTIONS),
});

/** An order as the feed writes it. */
function wireOf(order: Order): Record<string, unknown> {
  return {
    position: Number(order.position),
    order: order.id,
    verb: order.verb,
    target: { kind: order.targetKind, id: order.targetId },
    ...(order.cutoffMs === null ? {} : { cutoff: order.cutoffMs }),
    ...(Number.isFinite(order.effectiveFromMs) ? { from: order.effectiveFromMs } : {}),
    ...(order.expiresAtMs === null ? {} : { until: order.expiresAtMs }),
    ...(order.cancelsId === null ? {} : { cancels: order.cancelsId }),
  };
}

const subjectOf = (token: OrderSubject) => ({
  id: token.id,
  family: token.familyId,
  session: token.sessionUid,
  user: token.userId,
  client: token.clientId,
  permissions: token.scopes,
  groups: token.groups,
  audiences: token.audiences,
  signingKey: token.signingKid,
  rootedAt: token.rootedAtMs,
});

const wordOf = ({ isRevoked, isSuspended }: { isRevoked: boolean; isSuspended: boolean }) =>
  isRevoked ? "revoked" : isSuspended ? "suspended" : "good";

/** The parts of the frozen selections that have the token, behind all orders, as the feed sends them. */
function selectedOf(orders: readonly Order[], token: OrderSubject): Fact[] {
  return (token.selectionIds ?? [])
    .filter((selection) => orders.some((order) => order.targetId === selection))
    .map((selection, index) =>
      parseFact({
        position: orders.length + index + 1,
        selection,
        tokens: Buffer.from(token.id.replaceAll("-", ""), "hex").toString("base64url"),
      }),
    );
}

test("a verifier and the domain come to the same verdict over any orders and any token, whatever the hour", () => {
  fc.assert(
    fc.property(ordersOf, tokenOf, instant, (orders, token, now) => {
      const book = new FactBook();
      for (const order of orders) book.take(parseFact(JSON.parse(JSON.stringify(wireOf(order)))));
      for (const fact of selectedOf(orders, token)) book.take(fact);
      expect(book.standing(subjectOf(token), now)).toBe(wordOf(verdictOf(orders, token, now)));
    }),
    { numRuns: propertyRuns(1_000) },
  );
});

test("a verifier and the authority's own book come to the same verdict", () => {
  fc.assert(
    fc.property(ordersOf, tokenOf, instant, (orders, token, now) => {
      const [book, own] = [new FactBook(), new OrderBook()];
      for (const order of orders) {
        book.take(parseFact(wireOf(order)));
        own.append(order);
      }
      for (const fact of selectedOf(orders, token)) {
        book.take(fact);
        const { position, selection, tokens } = fact as Extract<Fact, { selection: string }>;
        own.append({ position: BigInt(position), selectionId: selection, ids: Buffer.from(tokens) });
      }
      expect(book.standing(subjectOf(token), now)).toBe(wordOf(own.verdict(token, now)));
    }),
    { numRuns: propertyRuns(1_000) },
  );
});

test("forgetting what is over changes no verdict, now or later", () => {
  fc.assert(
    fc.property(ordersOf, tokenOf, instant, fc.nat(5), (orders, token, now, later) => {
      const [book, whole] = [new FactBook(), new FactBook()];
      for (const order of orders)
        for (const into of [book, whole]) {
          into.take(parseFact(wireOf(order)));
          if (into === book) into.sweep(now);
        }
      expect(book.standing(subjectOf(token), now + later)).toBe(
        whole.standing(subjectOf(token), now + later),
      );
    }),
    { numRuns: propertyRuns(1_000) },
  );
});

test("what a token's fact says of its expiry bounds how long it is remembered", () => {
  const book = new FactBook();
  const expires = NOW / 1_000;
  const fact = {
    ...(parseFact({
      position: 1,
      order: uuid(7),
      verb: "revoke",
      target: { kind: "token", id: uuid(1) },
    }) as OrderFact),
    expires,
  };
  book.take(fact);
  book.take({
    ...fact,
    order: uuid(8),
    verb: "suspend",
    target: { kind: "token", id: uuid(2) },
    position: 2,
  });
  expect(book.size).toBe(2);
  // a token counts as good for the clock tolerance after its expiry, 120 s at most
  book.sweep(NOW + 120_000);
  expect(book.size).toBe(2);
  book.sweep(NOW + 3_600_000);
  expect(book.size).toBe(0);
});

test("another feed's revocations are kept where a book is replaced by one of a feed that went back", () => {
  fc.assert(
    fc.property(ordersOf, ordersOf, tokenOf, (before, after, token) => {
      const [older, newer] = [new FactBook(), new FactBook()];
      for (const order of before) older.take(parseFact(wireOf(order)));
      for (const fact of selectedOf(before, token)) older.take(fact);
      const other = after.map((order) => ({
        ...order,
        id: order.id.replace("019a", "019b"),
        cancelsId: order.cancelsId?.replace("019a", "019b") ?? null,
      }));
      for (const order of other) newer.take(parseFact(wireOf(order)));
      newer.keepRevocationsOf(older);
      if (older.standing(subjectOf(token), NOW) === "revoked")
        expect(newer.standing(subjectOf(token), NOW)).toBe("revoked");
    }),
    { numRuns: propertyRuns(1_000) },
  );
});

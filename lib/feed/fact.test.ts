import { expect, test } from "vitest";
import { uuidv7 } from "../ids.ts";
import type { Order } from "../revocations/model.ts";
import { factOf } from "./fact.ts";

const order = (change: Partial<Order> = {}): Order => ({
  id: uuidv7(0),
  position: 7n,
  verb: "revoke",
  targetKind: "token",
  targetId: uuidv7(1),
  cutoffMs: null,
  effectiveFromMs: Number.NEGATIVE_INFINITY,
  expiresAtMs: null,
  reason: "token_leaked",
  cancelsId: null,
  ...change,
});
const none = { clientIds: new Map(), expires: new Map() };

test("tells of an order that holds at once what it reaches and when it may be forgotten, and nothing of why", () => {
  const placed = order();
  const fact = factOf(placed, { ...none, expires: new Map([[placed.id, 1_800_000_000]]) });
  expect(fact).toEqual({
    position: 7,
    order: placed.id,
    verb: "revoke",
    target: { kind: "token", id: placed.targetId },
    expires: 1_800_000_000,
  });
  expect(JSON.stringify(fact)).not.toContain("token_leaked");
});

test("tells cutoff, beginning, end and what is called off where an order has them", () => {
  const cancelsId = uuidv7(2);
  expect(
    factOf(
      order({ verb: "suspend", targetKind: "user", cutoffMs: 5, effectiveFromMs: 6, expiresAtMs: 9 }),
      none,
    ),
  ).toMatchObject({ verb: "suspend", cutoff: 5, from: 6, until: 9 });
  expect(factOf(order({ verb: "cancel", cancelsId }), none)).toMatchObject({ cancels: cancelsId });
});

test("a client is named as JWTs name it, and by the register's id where nobody knows it any more", () => {
  const placed = order({ targetKind: "client", targetId: "uuid-of-it" });
  expect(factOf(placed, { ...none, clientIds: new Map([["uuid-of-it", "billing"]]) })).toMatchObject({
    target: { kind: "client", id: "billing" },
  });
  expect(factOf(placed, none)).toMatchObject({ target: { kind: "client", id: "uuid-of-it" } });
});

test("tokens of a selection are their sixteen bytes each", () => {
  const ids = Buffer.alloc(32, 3);
  const fact = factOf({ position: 8n, selectionId: "s", ids }, none);
  expect(fact).toEqual({ position: 8, selection: "s", tokens: ids.toString("base64url") });
});

import { expect, test } from "vitest";
import type { StandingOrder } from "./model.ts";
import { findRefusingOrder, isRefusedByOrder } from "./refusing-order.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 25, 3, minute)).toISOString();

function order(id: string, verb: StandingOrder["verb"], minute: number): StandingOrder {
  return {
    id,
    verb,
    targetKind: "client",
    targetId: "c",
    targetName: "c",
    reason: "test",
    note: "",
    actorKind: "admin",
    actorId: "a",
    actorName: "a",
    createdAt: at(minute),
    effectiveFrom: at(minute),
    expiresAt: null,
    until: null,
    isCancelled: false,
    decides: false,
  };
}

const ORDERS = [
  order("s1", "suspend", 1),
  order("r1", "restore", 2),
  order("s2", "suspend", 3),
  order("v1", "revoke", 5),
  order("v2", "revoke", 6),
];

test.each([
  ["suspended", 1, "s1"],
  ["suspended", 4, "s2"],
  ["revoked", 5, "v1"],
  ["revoked", 9, "v1"],
  ["revoked", 4, null],
  ["expired", 9, null],
  [null, 9, null],
])("a use refused as %s in minute %i was refused by %s", (refusal, minute, id) =>
  expect(findRefusingOrder(ORDERS, { refusal, receivedAt: at(minute) })?.id ?? null).toBe(id),
);

test("only what an order took back is refused by one", () => {
  expect(["revoked", "suspended", "expired", null].map((refusal) => isRefusedByOrder({ refusal }))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

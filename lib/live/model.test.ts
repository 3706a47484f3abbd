import { expect, test } from "vitest";
import { newsOf, type Pulse } from "./model.ts";

const known: Pulse = {
  newestTokenId: "a",
  feedPosition: "7",
  unsettledOrders: 0,
  newestUseAt: "2026-01-01T00:00:00.000Z",
  refusedCounts: "5",
  newestEntry: "3",
  acknowledged: "0",
  registryVersion: "1",
  detections: "0",
  keysHeld: "",
  deliveries: "0",
  notifications: "",
  approvals: "",
};

test("a new token, an order, an act, a detection, a key that a verifier has and a change of the registry are urgent", () => {
  for (const change of [
    { newestTokenId: "b" },
    { notifications: "n" },
    { approvals: "1" },
    { feedPosition: "8" },
    { unsettledOrders: 1 },
    { newestEntry: "4" },
    { acknowledged: "7" },
    { registryVersion: "2" },
    { detections: "1" },
    { keysHeld: "2026-01-01" },
    { deliveries: "1", keysHeld: "2026-01-01" },
    { newestTokenId: "b", newestUseAt: "2026-01-01T00:00:01.000Z" },
  ])
    expect(newsOf(known, { ...known, ...change }), JSON.stringify(change)).toBe("urgent");
});

test("uses, deliveries and refusals without a token alone are not urgent, and what is the same is no news", () => {
  expect(newsOf(known, { ...known, newestUseAt: "2026-01-01T00:00:01.000Z" })).toBe("uses");
  expect(newsOf(known, { ...known, refusedCounts: "6" })).toBe("uses");
  expect(newsOf(known, { ...known, deliveries: "1" })).toBe("uses");
  expect(newsOf(known, { ...known })).toBeNull();
});

test("what comes first is drawn at the pace of uses: the page was made a moment before it", () => {
  expect(newsOf(null, known)).toBe("uses");
});

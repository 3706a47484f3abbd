import { expect, test } from "vitest";
import { eventTime, newestFirst, toldAt } from "./event-time.ts";
import type { ActivityRow } from "./model.ts";

const use = (id: string, source: string, at: string, receivedAt: string) =>
  ({ kind: "use", id, at: receivedAt, use: { id, source, at, receivedAt } }) as unknown as ActivityRow;
const act = (id: string, at: string) => ({ kind: "act", id, at, entry: {} }) as unknown as ActivityRow;

test("a use that was reported after a revocation stands before it where it was made before it", () => {
  const reported = use("a", "report", "2026-11-28T18:37:58.362Z", "2026-11-28T18:37:58.617Z");
  const revoked = act("b", "2026-11-28T18:37:58.498Z");
  const after = use("c", "report", "2026-11-28T18:37:58.510Z", "2026-11-28T18:37:58.617Z");
  expect(newestFirst([reported, after, revoked]).map(({ id }) => id)).toEqual(["c", "b", "a"]);
  expect(eventTime(reported)).toBe("2026-11-28T18:37:58.362Z");
});

test("when a use was told of is said where it came later than a second, and of reports alone", () => {
  const at = "2026-11-28T18:00:00.000Z";
  expect(toldAt(use("a", "report", at, "2026-11-28T18:00:00.900Z"))).toBeNull();
  expect(toldAt(use("a", "report", at, "2026-11-30T18:00:00.000Z"))).toBe("2026-11-30T18:00:00.000Z");
  expect(toldAt(use("a", "introspection", at, "2026-11-28T18:00:02.000Z"))).toBeNull();
  expect(toldAt(act("a", at))).toBeNull();
});

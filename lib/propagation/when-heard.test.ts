import { expect, test } from "vitest";
import { type CheckerFacts, type InstanceFacts, reachOf, type TakenBack } from "./journey.ts";
import { heardWords } from "./journey-words.ts";
import { whenHeard } from "./when-heard.ts";

const COMMIT = Date.parse("2026-11-28T12:00:00.000Z");
const order: TakenBack = {
  committedAtMs: COMMIT,
  holdsFromMs: COMMIT,
  isScheduled: false,
  lastTokenAtMs: COMMIT + 3_600_000,
};
const feed: InstanceFacts = {
  way: "feed",
  mode: null,
  maxStalenessSeconds: null,
  firstSeenAtMs: COMMIT - 600_000,
  seenAtMs: COMMIT - 1_000,
  disconnectedAtMs: null,
  endedAtMs: null,
  isEndedByAdmin: false,
  acknowledgedAtMs: null,
};
const list: InstanceFacts = { ...feed, way: "status_list", maxStalenessSeconds: 20 };

function heard(more: Partial<CheckerFacts>) {
  const checker: CheckerFacts = {
    checkWay: "feed",
    mode: "strict",
    maxStalenessSeconds: 60,
    auditMode: "durable",
    askedAtMs: null,
    disabledAtMs: null,
    newest: null,
    lost: null,
    instances: [],
    ...more,
  };
  return whenHeard(checker, order, reachOf(checker, order, COMMIT + 100));
}

test("who checks signatures alone never heard of what a restore takes back: nothing is waited for", () => {
  expect(heard({ checkWay: "jwks" })).toEqual({ atMs: COMMIT, because: "signatures" });
  expect(heardWords("signatures", true)).not.toContain("the one before");
  // one of its processes follows the feed after all, and has not heard
  expect(heard({ checkWay: "jwks", instances: [feed] })).toEqual({ atMs: null, because: "not_acknowledged" });
});

test("who fetches status lists has a restore within its list's bound, by its own word or the most that is tolerated", () => {
  expect(heard({ checkWay: "status_list" })).toEqual({ atMs: COMMIT + 215_000, because: "list" });
  expect(heard({ checkWay: "status_list", instances: [list] })).toEqual({
    atMs: COMMIT + 55_000,
    because: "list",
  });
  expect(heardWords("list", false)).toContain("by then");
  expect(heardWords("list", true)).toContain("is newer");
});

test("who follows the feed has a restore once it says so, and who asks from the commit on; the later part counts", () => {
  const has = { ...feed, acknowledgedAtMs: COMMIT + 40 };
  expect(heard({ instances: [has] })).toEqual({ atMs: COMMIT + 40, because: "acknowledged" });
  expect(heard({ instances: [has, feed] })).toMatchObject({ atMs: null });
  expect(heard({ checkWay: "introspection", askedAtMs: COMMIT - 1_000 })).toEqual({
    atMs: COMMIT,
    because: "asks",
  });
  expect(heard({ askedAtMs: COMMIT - 1_000, instances: [has] })).toMatchObject({ because: "acknowledged" });
  expect(heard({})).toEqual({ atMs: null, because: "not_acknowledged" });
});

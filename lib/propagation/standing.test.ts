import { expect, test } from "vitest";
import { type CheckerNow, type InstanceNow, isOlderThan, standingOf } from "./standing.ts";

const NOW = Date.parse("2026-11-28T12:00:00.000Z");
const at = { headPosition: 100n, leastVersion: "0.2.0", nowMs: NOW };

function instance(more: Partial<InstanceNow> = {}): InstanceNow {
  return {
    way: "feed",
    agent: "@tokenwarden/verifier/0.2.0",
    position: 100n,
    firstSeenAtMs: NOW - 3_600_000,
    seenAtMs: NOW - 3_000,
    disconnectedAtMs: null,
    endedAtMs: null,
    missesSinceMs: null,
    ...more,
  };
}
const of = (more: Partial<CheckerNow>): CheckerNow => ({
  checkWay: "feed",
  askedAtMs: null,
  lostSeenAtMs: null,
  newest: more.instances?.[0] === undefined ? null : { ...more.instances[0], isEndedByAdmin: false },
  instances: [],
  ...more,
});

test("a verifier whose live instances have every order is in step, and so is one that asks", () => {
  expect(standingOf(of({ instances: [instance()] }), at)).toMatchObject({ standing: "in_step", live: 1 });
  const asks = of({ checkWay: "introspection", askedAtMs: NOW - 86_400_000 });
  expect(standingOf(asks, at).standing).toBe("in_step");
});

test("the hindmost live instance tells how far behind a verifier is, once an acknowledgement is overdue", () => {
  const late = instance({ position: 90n, missesSinceMs: NOW - 2_500 });
  expect(standingOf(of({ instances: [instance(), late] }), at)).toMatchObject({
    standing: "behind",
    behindBy: 10,
  });
  const underWay = instance({ position: 90n, missesSinceMs: NOW - 500 });
  expect(standingOf(of({ instances: [underWay] }), at).standing).toBe("in_step");
});

test("a verifier is silent when nothing of it is live, or when one that did not say goodbye is lost beside others", () => {
  const lost = instance({ seenAtMs: NOW - 25_000 });
  expect(standingOf(of({ instances: [lost] }), at)).toMatchObject({
    standing: "silent",
    silentSinceMs: NOW - 25_000,
    live: 0,
  });
  expect(standingOf(of({ instances: [lost, instance()] }), at).standing).toBe("silent");
  const ended = instance({ seenAtMs: NOW - 25_000, disconnectedAtMs: NOW - 24_000 });
  expect(standingOf(of({ instances: [ended, instance()] }), at).standing).toBe("in_step");
  expect(standingOf(of({ instances: [ended] }), at).standing).toBe("silent");
  const longLost = instance({ seenAtMs: NOW - 3_600_000 });
  expect(standingOf(of({ instances: [longLost, instance()] }), at).standing).toBe("in_step");
});

test("a restart is no silence: who ended without a word and has somebody in its place is not missed, the next one is", () => {
  const gone = (seconds: number) => instance({ way: "poll", seenAtMs: NOW - seconds * 1_000 });
  const begun = (seconds: number) => instance({ way: "poll", firstSeenAtMs: NOW - seconds * 1_000 });
  const stayed = instance({ way: "poll" });
  expect(standingOf(of({ instances: [gone(80), stayed, begun(85)] }), at).standing).toBe("in_step");
  expect(standingOf(of({ instances: [gone(80), gone(90), begun(70), begun(95)] }), at).standing).toBe(
    "in_step",
  );
  // one in the place of two, one that was there long before, one that came long after
  expect(standingOf(of({ instances: [gone(80), gone(90), begun(70)] }), at).standing).toBe("silent");
  expect(standingOf(of({ instances: [gone(80), stayed] }), at).standing).toBe("silent");
  expect(standingOf(of({ instances: [gone(400), begun(100)] }), at).standing).toBe("silent");
});

test("a poll may rest between two requests for longer than a stream between two words", () => {
  const poll = instance({ way: "poll", seenAtMs: NOW - 45_000 });
  expect(standingOf(of({ instances: [poll] }), at).standing).toBe("in_step");
});

test("an old version of our package shows, another's software does not", () => {
  const old = instance({ agent: "@tokenwarden/verifier/0.1.9" });
  expect(standingOf(of({ instances: [old] }), at)).toMatchObject({
    standing: "old_version",
    oldVersion: "0.1.9",
  });
  expect(standingOf(of({ instances: [instance({ agent: "curl/8" })] }), at).standing).toBe("in_step");
});

test("who was never heard of is not called in step, and who decides alone cannot be known", () => {
  expect(standingOf(of({ checkWay: "introspection" }), at).standing).toBe("unseen");
  expect(standingOf(of({ checkWay: "feed", askedAtMs: NOW }), at).standing).toBe("unseen");
  expect(standingOf(of({ checkWay: "jwks", askedAtMs: NOW }), at).standing).toBe("by_itself");
});

test("versions are compared by their numbers", () => {
  expect(isOlderThan("0.9.0", "0.10.0")).toBe(true);
  expect(isOlderThan("1.0.0", "0.10.0")).toBe(false);
  expect(isOlderThan("0.10.0", "0.10.0")).toBe(false);
  expect(isOlderThan("0.10", "0.10.1")).toBe(true);
});

test("a verifier whose processes said that they ended does not run, and one that ended beside others is not missed", () => {
  const ended = instance({ endedAtMs: NOW - 60_000, seenAtMs: NOW - 60_000 });
  expect(standingOf(of({ instances: [ended] }), at)).toMatchObject({
    standing: "ended",
    live: 0,
    silentSinceMs: null,
  });
  expect(standingOf(of({ instances: [instance(), ended] }), at)).toMatchObject({
    standing: "in_step",
    live: 1,
  });
  const lostSeenAtMs = NOW - 3_600_000;
  expect(standingOf(of({ instances: [ended], lostSeenAtMs }), at), "its goodbye is its own").toMatchObject({
    standing: "silent",
    silentSinceMs: lostSeenAtMs,
  });
  expect(standingOf(of({ instances: [ended, instance()], lostSeenAtMs }), at).standing).toBe("in_step");
  const killed = instance({ seenAtMs: NOW - 60_000 });
  expect(standingOf(of({ instances: [killed] }), at).standing).toBe("silent");
});

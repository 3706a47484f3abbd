import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "../test-property-runs.ts";
import {
  AUTHORITY_LAG_MS,
  type CheckerFacts,
  DISABLING_MS,
  haveOthers,
  type InstanceFacts,
  type Newest,
  reachOf,
  STATUS_LIST_MS,
  type TakenBack,
  VERIFIER_CLOCK_MS,
} from "./journey.ts";
import { reachWords } from "./journey-words.ts";

const COMMIT = Date.parse("2026-11-28T12:00:00.000Z");
const EXPIRY = COMMIT + 3_600_000;
const order: TakenBack = {
  committedAtMs: COMMIT,
  holdsFromMs: COMMIT,
  isScheduled: false,
  lastTokenAtMs: EXPIRY,
};

function instance(more: Partial<InstanceFacts> = {}): InstanceFacts {
  return {
    way: "feed",
    mode: null,
    maxStalenessSeconds: null,
    firstSeenAtMs: COMMIT - 600_000,
    seenAtMs: COMMIT - 1_000,
    disconnectedAtMs: null,
    endedAtMs: null,
    isEndedByAdmin: false,
    acknowledgedAtMs: null,
    ...more,
  };
}

function newestOf(more: Partial<Newest>): Newest {
  return {
    way: "feed",
    mode: null,
    seenAtMs: COMMIT - 5_000,
    endedAtMs: null,
    isEndedByAdmin: false,
    ...more,
  };
}

const LOST = { endedAtMs: null, isEndedByAdmin: false };

function checker(more: Partial<CheckerFacts> = {}): CheckerFacts {
  return {
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
}

describe("one of several processes", () => {
  const silent = instance({ mode: "strict" });

  test("is told apart from its verifier while another has the order, by its word or from its beginning", () => {
    const heard = instance({ acknowledgedAtMs: COMMIT + 40 });
    expect(haveOthers(checker({ instances: [silent, heard] }))).toBe(true);
    const began = newestOf({ mode: "strict", seenAtMs: COMMIT + 90_000 });
    expect(haveOthers(checker({ instances: [silent], newest: began }))).toBe(true);
    expect(reachWords("stale", true, true)).toMatch(/^A process of it hears nothing: that one refuses/);
    expect(reachWords("lenient", false, true)).toMatch(/^A process of it has not said/);
  });

  test("is its verifier where nothing else lives: the newest is itself, or has ended, or what had the order did", () => {
    const itself = newestOf({ mode: "strict", seenAtMs: silent.seenAtMs });
    expect(haveOthers(checker({ instances: [silent], newest: itself }))).toBe(false);
    const gone = newestOf({ seenAtMs: COMMIT + 90_000, endedAtMs: COMMIT + 91_000 });
    expect(haveOthers(checker({ instances: [silent], newest: gone }))).toBe(false);
    const closed = instance({ acknowledgedAtMs: COMMIT + 40, endedAtMs: COMMIT + 50 });
    expect(haveOthers(checker({ instances: [silent, closed] }))).toBe(false);
    expect(haveOthers(checker())).toBe(false);
    expect(reachWords("stale", true)).toMatch(/^Hears nothing/);
    // what is said of the verifier as a whole does not change
    expect(reachWords("acknowledged", true, true)).toBe("Has the order.");
  });
});

describe("a verifier refuses", () => {
  test("from the commit on where it asks at each use, a few seconds later where its answers are relaxed", () => {
    const asks = checker({ checkWay: "introspection", askedAtMs: COMMIT - 5_000 });
    expect(reachOf(asks, order, COMMIT)).toMatchObject({ endsMs: COMMIT, isOver: true, because: "asks" });
    const relaxed = reachOf({ ...asks, auditMode: "relaxed" }, order, COMMIT);
    expect(relaxed).toMatchObject({ endsMs: COMMIT + AUTHORITY_LAG_MS, isOver: false });
  });

  test("once every instance that was live has acknowledged the order, not before", () => {
    const one = instance({ acknowledgedAtMs: COMMIT + 40 });
    const both = checker({ instances: [one, instance({ acknowledgedAtMs: COMMIT + 90 })] });
    expect(reachOf(both, order, COMMIT + 100)).toMatchObject({
      acknowledgedAtMs: COMMIT + 90,
      endsMs: COMMIT + 90,
      isOver: true,
      live: 2,
    });
    const half = checker({ instances: [one, instance()] });
    expect(reachOf(half, order, COMMIT + 100)).toMatchObject({
      acknowledgedAtMs: null,
      isOver: false,
      endsMs: COMMIT + 60_000,
      because: "stale_registered",
      live: 2,
      acknowledged: 1,
    });
  });

  test("everything, once it has heard nothing for longer than it may: silent and strict", () => {
    const silent = checker({ instances: [instance()] });
    expect(reachOf(silent, order, COMMIT + 59_999)).toMatchObject({
      isOver: false,
      because: "stale_registered",
    });
    expect(reachOf(silent, order, COMMIT + 60_000)).toMatchObject({
      isOver: true,
      because: "stale_registered",
    });
    // by its own word, not only by that of its owner
    const said = checker({ mode: "lenient", instances: [instance({ mode: "strict" })] });
    expect(reachOf(said, order, COMMIT)).toMatchObject({ endsMs: COMMIT + 60_000, because: "stale" });
    expect(reachWords("stale_registered", true)).toContain("Registered as strict");
    const shorter = checker({ instances: [instance({ maxStalenessSeconds: 5 })] });
    expect(reachOf(shorter, order, COMMIT)).toMatchObject({ endsMs: COMMIT + 5_000 });
  });

  test("from its bound on, where it was cut off and acknowledged only after it: its recovery moves nothing", () => {
    const cutOff = instance({ maxStalenessSeconds: 10 });
    expect(reachOf(checker({ instances: [cutOff] }), order, COMMIT + 20_000)).toMatchObject({
      endsMs: COMMIT + 10_000,
      because: "stale_registered",
    });
    const back = checker({ instances: [{ ...cutOff, acknowledgedAtMs: COMMIT + 25_000 }] });
    expect(reachOf(back, order, COMMIT + 26_000)).toMatchObject({
      endsMs: COMMIT + 10_000,
      isOver: true,
      because: "acknowledged",
      acknowledgedAtMs: COMMIT + 25_000,
    });
    // a lenient one accepted until it heard
    expect(reachOf({ ...back, mode: "lenient" }, order, COMMIT + 26_000)).toMatchObject({
      endsMs: COMMIT + 25_000,
    });
  });

  test("what has expired, at the latest", () => {
    const soon = { ...order, lastTokenAtMs: COMMIT + 10_000 };
    const silent = checker({ instances: [instance()] });
    expect(reachOf(silent, soon, COMMIT)).toMatchObject({ endsMs: COMMIT + 10_000, because: "expiry" });
  });

  test("what is opaque from the commit on, for it has to ask", () => {
    const opaque = { ...order, lastTokenAtMs: null };
    for (const checkWay of ["jwks", "feed", "status_list", "introspection"] as const)
      expect(reachOf(checker({ checkWay }), opaque, COMMIT)).toMatchObject({
        isOver: true,
        because: "must_ask",
      });
  });

  test("once every list from before the order is too old for it: by its own bound, or by expiry and the most that is tolerated", () => {
    const bound = COMMIT + AUTHORITY_LAG_MS + STATUS_LIST_MS + VERIFIER_CLOCK_MS;
    const lenient = (seenAtMs: number) =>
      checker({ mode: "lenient", instances: [instance({ way: "status_list", seenAtMs })] });
    expect(reachOf(lenient(bound - 1), order, bound)).toMatchObject({
      endsMs: EXPIRY,
      because: "list_lenient",
    });
    expect(reachOf(lenient(bound), order, bound)).toMatchObject({ endsMs: bound, isOver: true });
    // whoever says nothing of itself tolerates what it likes, up to the most that is usual
    const declared = checker({ checkWay: "status_list", maxStalenessSeconds: 60 });
    expect(reachOf(declared, order, COMMIT).endsMs).toBe(bound);
    const strict = (maxStalenessSeconds: number) =>
      checker({ instances: [instance({ way: "status_list", maxStalenessSeconds })] });
    expect(reachOf(strict(20), order, COMMIT).endsMs).toBe(
      COMMIT + AUTHORITY_LAG_MS + 20_000 + VERIFIER_CLOCK_MS,
    );
    // its own bound may be longer than any list is believed
    expect(reachOf(strict(3_600), order, COMMIT).endsMs).toBe(bound);
  });

  test("a while after it was disabled, where it is strict: it is told nothing any more", () => {
    const disabledAtMs = COMMIT - 20_000;
    const off = checker({ disabledAtMs, instances: [instance()] });
    const bound = disabledAtMs + DISABLING_MS + 60_000;
    expect(reachOf(off, order, COMMIT)).toMatchObject({ endsMs: bound, isOver: false, because: "disabled" });
    expect(reachOf({ ...off, mode: "lenient" }, order, COMMIT)).toMatchObject({ endsMs: EXPIRY });
    expect(reachOf({ ...off, checkWay: "jwks" }, order, COMMIT)).toMatchObject({ endsMs: EXPIRY });
    const asks = checker({ checkWay: "forward_auth", askedAtMs: COMMIT - 30_000, disabledAtMs });
    expect(reachOf(asks, order, COMMIT)).toMatchObject({ endsMs: disabledAtMs + DISABLING_MS });
  });

  test("from before the order on where nothing of it runs any more and what ran was strict", () => {
    const newest = newestOf({ seenAtMs: COMMIT - 900_000_000 });
    expect(reachOf(checker({ newest }), order, COMMIT)).toMatchObject({ isOver: true, because: "ended" });
    expect(
      reachOf(checker({ newest: { ...newest, mode: "lenient" }, lost: LOST }), order, COMMIT),
    ).toMatchObject({ endsMs: EXPIRY, because: "lost" });
    // and from the order on where what runs now is newer than it
    const newer = newestOf({ mode: "lenient", seenAtMs: COMMIT + 900_000 });
    const [newcomer, has] = [COMMIT + 600_000, COMMIT + 601_000];
    const instances = [
      instance({ mode: "lenient", firstSeenAtMs: newcomer, seenAtMs: has, acknowledgedAtMs: has }),
    ];
    expect(reachOf(checker({ newest: newer, instances }), order, COMMIT)).toMatchObject({
      endsMs: COMMIT,
      because: "began",
    });
  });
});

describe("a process that said that it ended", () => {
  const lenient = (more: Partial<InstanceFacts>) =>
    checker({
      mode: "lenient",
      instances: [instance({ mode: "lenient", ...more }), instance({ acknowledgedAtMs: COMMIT + 50 })],
    });

  test("is waited for no longer than until then, and not at all where that was before the order", () => {
    expect(reachOf(lenient({}), order, COMMIT)).toMatchObject({ endsMs: EXPIRY, because: "lenient" });
    const after = reachOf(lenient({ endedAtMs: COMMIT + 9_000 }), order, COMMIT + 10_000);
    expect(after).toMatchObject({ endsMs: COMMIT + 9_000, because: "closed", isOver: true, live: 1 });
    const before = reachOf(lenient({ endedAtMs: COMMIT - 1 }), order, COMMIT + 10_000);
    expect(before).toMatchObject({ endsMs: COMMIT + 50, because: "acknowledged", live: 1, acknowledged: 1 });
  });

  test("and had the order before is as good as any that has it", () => {
    const both = reachOf(
      lenient({ acknowledgedAtMs: COMMIT + 20, endedAtMs: COMMIT + 9_000 }),
      order,
      COMMIT + 10_000,
    );
    expect(both).toMatchObject({ endsMs: COMMIT + 50, because: "acknowledged", live: 2, acknowledged: 2 });
  });

  test("leaves a lenient verifier that runs nowhere with nothing to accept", () => {
    const newest = newestOf({ mode: "lenient", seenAtMs: COMMIT - 5_000, endedAtMs: COMMIT - 5_000 });
    expect(reachOf(checker({ mode: "lenient", newest }), order, COMMIT)).toMatchObject({
      endsMs: COMMIT,
      because: "ended",
    });
  });

  test("speaks for itself alone: another lenient one that was lost a day before, and never said so, goes on", () => {
    const goodbye = newestOf({ mode: "lenient", seenAtMs: COMMIT - 5_000, endedAtMs: COMMIT - 5_000 });
    const newer = newestOf({ mode: "lenient", seenAtMs: COMMIT + 900_000 });
    for (const newest of [goodbye, newer, { ...goodbye, mode: "strict" as const }]) {
      const one = checker({ mode: "lenient", newest, lost: LOST });
      expect(reachOf(one, order, COMMIT + 1_000)).toMatchObject({
        endsMs: EXPIRY,
        isOver: false,
        because: "lost",
      });
      expect(reachOf(one, order, EXPIRY)).toMatchObject({ isOver: true });
      const ended = { ...one, lost: { endedAtMs: COMMIT + 7_000, isEndedByAdmin: true } };
      expect(reachOf(ended, order, COMMIT + 8_000)).toMatchObject({
        endsMs: COMMIT + 7_000,
        isOver: true,
        because: "declared_closed",
      });
    }
  });

  test("is told as ended by an admin's word where it did not say so itself", () => {
    const word = { endedAtMs: COMMIT + 9_000, isEndedByAdmin: true };
    expect(reachOf(lenient(word), order, COMMIT + 10_000)).toMatchObject({
      endsMs: COMMIT + 9_000,
      because: "declared_closed",
    });
    const newest = newestOf({ mode: "lenient", endedAtMs: COMMIT - 5_000, isEndedByAdmin: true });
    expect(reachOf(checker({ mode: "lenient", newest }), order, COMMIT)).toMatchObject({
      endsMs: COMMIT,
      because: "declared_ended",
    });
    for (const because of ["declared_closed", "declared_ended"] as const)
      for (const isOver of [true, false]) expect(reachWords(because, isOver)).toContain("an admin's word");
    for (const because of ["closed", "ended"] as const)
      expect(reachWords(because, true)).not.toContain("admin");
  });
});

test("an acknowledgement that is heard while the board is read does not make an order one that begins later", () => {
  const has = checker({ instances: [instance({ acknowledgedAtMs: COMMIT + 40 })] });
  expect(reachOf(has, order, COMMIT + 10)).toMatchObject({ because: "acknowledged", isOver: true });
  const scheduled = { ...order, isScheduled: true, holdsFromMs: COMMIT + 60_000 };
  expect(reachOf(has, scheduled, COMMIT + 50)).toMatchObject({ because: "acknowledged", isOver: false });
});

describe("a verifier can accept until the last token expires", () => {
  test.each([
    ["lenient", checker({ mode: "lenient", instances: [instance()] })],
    ["lenient", checker({ instances: [instance({ mode: "lenient" })] })],
    ["signatures", checker({ checkWay: "jwks" })],
    [
      "signatures",
      checker({ checkWay: "jwks", askedAtMs: COMMIT, instances: [instance({ acknowledgedAtMs: COMMIT })] }),
    ],
    ["never_asked", checker({ checkWay: "introspection" })],
    ["never_connected", checker({ checkWay: "feed", askedAtMs: COMMIT })],
  ] as const)("%s", (because, facts) => {
    expect(reachOf(facts, order, COMMIT + 1_800_000)).toMatchObject({
      isOver: false,
      endsMs: EXPIRY,
      because,
    });
    expect(reachOf(facts, order, EXPIRY)).toMatchObject({ isOver: true });
  });
});

test("the part of a verifier that goes on for longest counts: instances beside what asks", () => {
  const mixed = checker({
    checkWay: "introspection",
    askedAtMs: COMMIT,
    instances: [instance({ way: "introspection" }), instance()],
  });
  expect(reachOf(mixed, order, COMMIT)).toMatchObject({
    endsMs: COMMIT + 60_000,
    because: "stale_registered",
  });
});

test("processes that ended before the order, and those that began with it, are none of its journey", () => {
  const acknowledged = instance({ acknowledgedAtMs: COMMIT + 20 });
  const ended = instance({ seenAtMs: COMMIT - 300_000, disconnectedAtMs: COMMIT - 300_000 });
  const newcomer = instance({ firstSeenAtMs: COMMIT + 900_000, acknowledgedAtMs: COMMIT + 900_000 });
  const facts = checker({ instances: [acknowledged, ended, newcomer] });
  expect(reachOf(facts, order, COMMIT + 1_000_000)).toMatchObject({
    acknowledgedAtMs: COMMIT + 20,
    endsMs: COMMIT + 20,
    live: 1,
  });
  // a lenient one that lost us may still run, for a day
  const lenient = checker({ mode: "lenient", instances: [acknowledged, ended] });
  expect(reachOf(lenient, order, COMMIT)).toMatchObject({ endsMs: EXPIRY, live: 1, acknowledged: 1 });
});

test("an order to come leaves everybody accepting until it begins, by clocks that differ", () => {
  const later = { ...order, isScheduled: true, holdsFromMs: COMMIT + 600_000 };
  const has = checker({ instances: [instance({ acknowledgedAtMs: COMMIT + 20 })] });
  expect(reachOf(has, later, COMMIT + 300_000)).toMatchObject({
    isOver: false,
    because: "acknowledged",
    endsMs: COMMIT + 600_000 + VERIFIER_CLOCK_MS,
  });
  const asks = checker({ checkWay: "forward_auth", askedAtMs: COMMIT });
  expect(reachOf(asks, later, COMMIT + 300_000)).toMatchObject({
    isOver: false,
    endsMs: COMMIT + 600_000 + AUTHORITY_LAG_MS,
  });
});

/** A process and its line to the authority: what it truly does, and what the authority gets to know of it. */
const life = fc
  .record({
    mode: fc.constantFrom("strict" as const, "lenient" as const),
    stalenessMs: fc.integer({ min: 1_000, max: 120_000 }),
    /** When each word was spoken, and how long it took to arrive. */
    words: fc.array(
      fc.record({
        at: fc.oneof(fc.integer({ min: -200_000, max: 200_000 }), fc.constantFrom(-1, 0, 1)),
        delay: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 90_000 })),
        /** How long what it says afterwards takes; null where it gets lost. */
        says: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: null }),
      }),
      { maxLength: 12 },
    ),
    /** After so long the authority notices that the line is gone; null where it does not. */
    notices: fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: null }),
    /** When it accepts nothing any more, and how long its word of that takes; null where it runs on, or was killed without a word. */
    quits: fc.option(
      fc.record({
        at: fc.integer({ min: -150_000, max: 150_000 }),
        says: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: null }),
      }),
      { nil: null },
    ),
  })
  .map(({ words, ...rest }) => ({ ...rest, words: words.toSorted((one, other) => one.at - other.at) }));
type Life = typeof life extends fc.Arbitrary<infer Value> ? Value : never;

/** Words come in order: one that overtakes another is held back. */
function arrivals({ words, quits }: Life): { at: number; arrives: number; heardOf: number | null }[] {
  let last = Number.NEGATIVE_INFINITY;
  const all = words.map(({ at, delay, says }) => {
    last = Math.max(last, at + delay);
    return { at, arrives: last, heardOf: says === null ? null : last + says };
  });
  return all.filter(({ arrives }) => quits === null || arrives < quits.at);
}

/** Whether it accepts a revoked token at an instant, both counted from the commit. */
function truth(one: Life, ms: number): boolean {
  if (one.quits !== null && ms >= one.quits.at) return false;
  const heard = arrivals(one).filter(({ arrives }) => arrives <= ms);
  if (heard.some(({ at }) => at >= 0)) return false;
  if (one.mode === "lenient") return true;
  const last = heard.at(-1);
  return last !== undefined && ms - last.at <= one.stalenessMs;
}

/** What the database knows of it at an instant; null where it was not heard of. */
function known(one: Life, ms: number): InstanceFacts | null {
  const all = arrivals(one);
  const told = all.filter(({ heardOf }) => heardOf !== null && heardOf <= ms);
  if (told.length === 0) return null;
  const seen = told.map(({ heardOf }) => heardOf as number);
  const acknowledged = told.filter(({ at }) => at >= 0).map(({ heardOf }) => heardOf as number);
  const over = (all.at(-1)?.at ?? 0) + (one.notices ?? 0);
  const quit = one.quits === null || one.quits.says === null ? null : one.quits.at + one.quits.says;
  // what arrives after its last word has it running again
  const isEnded = quit !== null && quit <= ms && seen.every((at) => at <= quit);
  return instance({
    mode: one.mode,
    maxStalenessSeconds: one.stalenessMs / 1_000,
    firstSeenAtMs: COMMIT + Math.min(...seen),
    seenAtMs: COMMIT + Math.max(...seen),
    disconnectedAtMs: one.notices !== null && over <= ms ? COMMIT + over : null,
    endedAtMs: isEnded ? COMMIT + quit : null,
    acknowledgedAtMs: acknowledged.length === 0 ? null : COMMIT + Math.min(...acknowledged),
  });
}

test("nobody is ever told that a verifier refuses, or when it will, before it truly does", () => {
  let refusals = 0;
  fc.assert(
    fc.property(
      fc.array(life, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 250_000 }),
      fc.integer({ min: 0, max: 250_000 }),
      fc.boolean(),
      /** When its verifier was disabled; null where it is not. */
      fc.option(fc.integer({ min: -150_000, max: 150_000 }), { nil: null }),
      (drawn, anyMs, laterMs, isAtBound, offMs) => {
        // who is disabled is told nothing, and is not listened to
        const isTold = (ms: number) => offMs === null || ms <= offMs + DISABLING_MS;
        const lives = drawn.map((one) => ({
          ...one,
          words: one.words
            .filter(({ at }) => isTold(at))
            .map((word) => ({
              ...word,
              says: isTold(word.at + word.delay + (word.says ?? 0)) ? word.says : null,
            })),
        }));
        // who was never heard of before the order cannot be known
        const heardOf = lives.filter((one) => known(one, 0) !== null);
        fc.pre(heardOf.length > 0);
        const readMs = isAtBound ? (heardOf[0]?.stalenessMs ?? 0) : anyMs;
        const instances = heardOf.map((one) => known(one, readMs)).filter((one) => one !== null);
        const isKnownOff = offMs !== null && offMs <= readMs;
        const disabledAtMs = isKnownOff ? COMMIT + offMs : null;
        const reach = reachOf(checker({ instances, disabledAtMs }), order, COMMIT + readMs);
        const accepts = (ms: number) => heardOf.some((one) => truth(one, ms));
        if (reach.isOver) {
          refusals += 1;
          expect(accepts(readMs)).toBe(false);
        }
        const turns = heardOf.flatMap((one) => [
          one.stalenessMs - 1,
          ...arrivals(one).flatMap(({ at, arrives }) => [arrives, at + one.stalenessMs]),
        ]);
        for (const ms of [readMs + laterMs, ...turns])
          if (ms >= readMs && COMMIT + ms >= reach.endsMs) expect(accepts(ms)).toBe(false);
      },
    ),
    { numRuns: propertyRuns(1_000) },
  );
  // it holds of something: many of them did refuse
  expect(refusals).toBeGreaterThan(100);
});

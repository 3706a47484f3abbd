import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FactBook } from "./fact-book.ts";
import type { OrderFact } from "./facts.ts";
import { type Batch, FeedIntake } from "./feed-intake.ts";
import { LastWord } from "./last-word.ts";

const fact = (position: number, id: string = randomUUID()): OrderFact => ({
  position,
  order: randomUUID(),
  verb: "revoke",
  target: { kind: "token", id },
  cutoff: null,
  from: null,
  until: null,
  cancels: null,
  expires: null,
});
const log = Array.from({ length: 12 }, (_, index) => fact(index + 1));
const batch = (after: number, to: number, at: number, head = log.length): Batch => ({
  at,
  after,
  to,
  head,
  mark: null,
  facts: log.slice(after, to),
  disabledClients: [],
});
const snapshotAt = (position: number, at: number, mark: string | null = null) => ({
  book: new FactBook(),
  position,
  mark,
  at,
});
const isKnown = (intake: FeedIntake, position: number) =>
  intake.book?.standing(
    {
      id: (log[position - 1] as OrderFact).target.id,
      family: "",
      session: null,
      user: null,
      client: "c",
      permissions: [],
      groups: [],
      audiences: [],
      signingKey: null,
      rootedAt: 0,
    },
    Date.now(),
  ) === "revoked";

function started(now = { wall: 1_000_000 }) {
  const word = new LastWord(30_000, { wall: () => now.wall, steady: () => now.wall });
  const intake = new FeedIntake(word);
  return { word, intake, now };
}

test("whatever comes in whatever order, exactly what is up to the position is in the book, and the position never goes back", () => {
  const cut = fc
    .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  fc.assert(
    fc.property(fc.array(cut, { maxLength: 30 }), (cuts) => {
      const { intake } = started();
      intake.load(snapshotAt(0, 999_000));
      let before = 0;
      cuts.forEach(([after, to], index) => {
        const outcome = intake.take(batch(after, to, 999_001 + index));
        expect(outcome === "gap").toBe(after > before);
        expect(intake.position).toBe(after <= before ? Math.max(before, to) : before);
        before = intake.position;
        for (let position = 1; position <= 12; position += 1)
          expect(isKnown(intake, position)).toBe(position <= intake.position);
      });
    }),
  );
});

test("a batch that leaves facts open makes nothing fresh; the one that has them all does", () => {
  const { intake, word, now } = started();
  intake.load(snapshotAt(0, 1_000_000));
  now.wall += 10_000;
  intake.take(batch(0, 5, 1_010_000));
  expect(word.ageMs).toBe(10_000);
  intake.take(batch(5, 12, 1_010_000));
  expect(word.ageMs).toBe(0);
});

test("a batch that does not hold what it says is refused whole", () => {
  const { intake } = started();
  intake.load(snapshotAt(0, 1_000_000));
  expect(() => intake.take({ ...batch(0, 3, 1_000_001), to: 4 })).toThrow("does not hold");
  expect(() =>
    intake.take({ ...batch(0, 3, 1_000_001), facts: [log[0], log[2], log[1]] as OrderFact[] }),
  ).toThrow("dense");
  expect(() => intake.take(batch(0, 3, 1_000_001, 2))).toThrow("does not hold");
  expect(intake.position).toBe(0);
});

test("the disabled clients are those of the newest word", () => {
  const { intake } = started();
  intake.load(snapshotAt(12, 1_000_000));
  intake.take({ ...batch(12, 12, 1_000_100), disabledClients: ["c"] });
  intake.take({ ...batch(12, 12, 1_000_050), disabledClients: [] });
  expect(intake.book?.isClientDisabled("c")).toBe(true);
  intake.take({ ...batch(12, 12, 1_000_200), disabledClients: [] });
  expect(intake.book?.isClientDisabled("c")).toBe(false);
});

test("an authority that went back is noticed, and a snapshot behind us is not taken", () => {
  const { intake } = started();
  intake.load(snapshotAt(5, 1_000_000));
  expect(intake.take(batch(3, 3, 1_000_100, 3))).toBe("went_back");
  expect(intake.load(snapshotAt(4, 1_000_200))).toBe(false);
  expect(intake.isBack).toBe(true);
  expect(intake.load(snapshotAt(5, 1_000_300))).toBe(true);
  expect(intake.isBack).toBe(false);
});

test("another mark at our position is another history, however far it goes; a replayed one is none, and who tells no mark is believed", () => {
  const { intake } = started();
  intake.load(snapshotAt(2, 1_000_000, "a"));
  const heartbeat = (at: number, mark: string | null) => ({ ...batch(2, 2, at), mark });
  expect(intake.take(heartbeat(1_000_100, "a"))).toBe("heartbeat");
  expect(intake.take(heartbeat(1_000_050, "b"))).toBe("replayed");
  expect(intake.take(heartbeat(1_000_200, "b"))).toBe("went_back");
  expect(intake.take(heartbeat(1_000_200, null))).toBe("heartbeat");
  expect(intake.mark).toBeNull();
  intake.take({ ...batch(2, 3, 1_000_300), mark: "c" });
  expect(intake.mark).toBe("c");
});

import { expect, test } from "vitest";
import type { Lifeline, LifelineMark } from "#lib/lifelines/model.ts";
import { marksToDraw, phasesOf } from "./drawn.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 29, 9, minute)).toISOString();
const mark = (minute: number, what: LifelineMark["what"]): LifelineMark => ({
  at: at(minute),
  what,
  isPart: false,
  href: null,
});
const lifeline = (marks: LifelineMark[], kind = "family") =>
  ({ subject: { kind }, from: at(0), to: at(59), marks }) as Lifeline;

test("draws a revocation before the newest refreshes, in the order of time, and nothing from outside of the time", () => {
  const refreshes = Array.from({ length: 9 }, (_, index) => mark(10 + 5 * index, "refreshed"));
  const drawn = marksToDraw(
    lifeline([mark(5, "revoked"), ...refreshes, { ...mark(0, "suspended"), at: "2026-01-01T00:00:00.000Z" }]),
    {
      at: at(12),
      word: "compromised from",
    },
  );
  expect(drawn.map((one) => [one.at, one.word])).toEqual([
    [at(5), "revoked"],
    [at(12), "compromised from"],
    // each at 5 minutes from the next: of an hour's line every other one has room
    [at(30), "refreshed"],
    [at(40), "refreshed"],
    [at(50), "refreshed"],
  ]);
});

test("splits its time by a window: before, during, and after the order that holds", () => {
  const names = (of: Lifeline, from: string) =>
    phasesOf(of, from).map(({ name, from: start }) => [name, start]);
  expect(names(lifeline([mark(40, "revoked")]), at(20))).toEqual([
    ["before", at(0)],
    ["during", at(20)],
    ["refused after", at(40)],
  ]);
  // what was given back works
  expect(names(lifeline([mark(40, "suspended"), mark(50, "restored")]), at(20))).toEqual([
    ["before", at(0)],
    ["during", at(20)],
  ]);
  // one of its tokens alone
  expect(names(lifeline([{ ...mark(40, "revoked"), isPart: true }]), at(20))).toEqual([
    ["before", at(0)],
    ["during", at(20)],
  ]);
  // taken back before the window began
  expect(names(lifeline([mark(10, "revoked")]), at(20))).toEqual([
    ["before", at(0)],
    ["refused after", at(20)],
  ]);
  expect(names(lifeline([]), "2026-01-01T00:00:00.000Z")).toEqual([["during", at(0)]]);
});

test("says nothing of who holds tokens after an order that their newer tokens are not reached by", () => {
  const phases = phasesOf(lifeline([mark(40, "revoked")], "user"), at(20));
  expect(phases.map(({ name, from, to }) => [name, from, to])).toEqual([
    ["before", at(0), at(20)],
    ["during", at(20), at(40)],
  ]);
});

import { expect, test } from "vitest";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { ExchangeGate } from "./exchange-gate.ts";

/** Lets everything happen that is not held back. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("lets those of one key in one after the other, in the order they came, and those of others beside them", async () => {
  const gate = new ExchangeGate();
  const entered: string[] = [];
  const come = async (name: string, key: string) => {
    const turn = await gate.enter(key);
    entered.push(name);
    return turn;
  };
  const first = await come("first", "a");
  const second = come("second", "a");
  const third = come("third", "a");
  await come("other", "b");
  await settled();
  expect(entered).toEqual(["first", "other"]);
  first.leave();
  const turn = await second;
  await settled();
  expect(entered).toEqual(["first", "other", "second"]);
  turn.leave();
  (await third).leave();
  expect(entered).toEqual(["first", "other", "second", "third"]);
  expect(gate.waiting).toBe(0);
});

test("holds all back beyond its places, whatever their keys", async () => {
  const gate = new ExchangeGate({ maxAtOnce: 2 });
  const one = await gate.enter("a");
  await gate.enter("b");
  let isIn = false;
  const third = gate.enter("c").then((turn) => {
    isIn = true;
    return turn;
  });
  await settled();
  expect([isIn, gate.waiting]).toEqual([false, 1]);
  one.leave();
  await third;
  expect([isIn, gate.waiting]).toEqual([true, 0]);
});

test("refuses as unavailable what would wait behind too many, and what has waited too long", async () => {
  const gate = new ExchangeGate({ maxWaitingAlike: 1, maxWaitMs: 20 });
  const turn = await gate.enter("a");
  const waiting = gate.enter("a").catch((error: unknown) => error);
  expect(isUnavailable(await gate.enter("a").catch((error: unknown) => error))).toBe(true);
  expect(isUnavailable(await waiting)).toBe(true);
  turn.leave();
  (await gate.enter("a")).leave();
});

test("gives the turn on where one of the same key got no place in time", async () => {
  const gate = new ExchangeGate({ maxAtOnce: 1, maxWaitMs: 20 });
  const turn = await gate.enter("busy");
  await expect(gate.enter("a")).rejects.toThrow();
  turn.leave();
  (await gate.enter("a")).leave();
  (await gate.enter("busy")).leave();
});

test("lets others take the place of one that rests, and none of its own line before it", async () => {
  const gate = new ExchangeGate({ maxAtOnce: 1 });
  const first = await gate.enter("a");
  const entered: string[] = [];
  const alike = gate.enter("a").then((turn) => {
    entered.push("alike");
    return turn;
  });
  const rest = first.rest(10).then(() => entered.push("rested"));
  (await gate.enter("b")).leave();
  await rest;
  first.leave();
  (await alike).leave();
  expect(entered).toEqual(["rested", "alike"]);
});

import { describe, expect, test } from "vitest";
import { ClientKeyCache } from "./client-key-cache.ts";
import type { FetchedKeySet } from "./fetch-key-set.ts";
import { KEYS_COOLDOWN_SECONDS, KEYS_KEPT_SECONDS, type PublicJwk } from "./model.ts";

const key = (kid: string): PublicJwk => ({ kty: "EC", kid });
const client = { id: "one", jwksUri: "https://robot.example.com/jwks", jwks: null };
const AWAY: FetchedKeySet = { error: "The address does not answer in time.", isAway: true };
const PRIVATE: FetchedKeySet = {
  error: "The address leads to an address that is not public.",
  isAway: false,
};

function cacheOf(first: FetchedKeySet) {
  const state = { answer: first, asked: 0, nowMs: 0 };
  const told: FetchedKeySet[] = [];
  const cache = new ClientKeyCache({
    fetch: async () => {
      state.asked += 1;
      return state.answer;
    },
    onFetched: (_client, fetched) => told.push(fetched),
    now: () => state.nowMs,
  });
  const kids = async (kid?: string) => (await cache.keysFor(client, kid)).map((one) => one.kid);
  const wait = (seconds: number) => {
    state.nowMs += seconds * 1_000;
  };
  return { state, told, cache, kids, wait };
}

describe("the keys of a client", () => {
  test("are fetched once for any number that wait for them, and kept", async () => {
    const { state, kids, told } = cacheOf({ keys: [key("a")] });
    expect(await Promise.all([kids("a"), kids("a"), kids()])).toEqual([["a"], ["a"], ["a"]]);
    expect(await kids("a")).toEqual(["a"]);
    expect([state.asked, told]).toEqual([1, [{ keys: [key("a")] }]]);
  });

  test("are fetched again for a key that is not among them, at most once in thirty seconds", async () => {
    const { state, kids, wait } = cacheOf({ keys: [key("a")] });
    await kids("a");
    state.answer = { keys: [key("a"), key("b")] };
    expect(await kids("b")).toEqual(["a"]);
    wait(KEYS_COOLDOWN_SECONDS);
    expect(await kids("b")).toEqual(["a", "b"]);
    for (let guess = 0; guess < 100; guess += 1) await kids(`guess ${guess}`);
    expect(state.asked).toBe(2);
  });

  test("that were taken out at their address are good for nothing after ten minutes", async () => {
    const { state, kids, wait } = cacheOf({ keys: [key("a"), key("b")] });
    await kids("a");
    state.answer = { keys: [key("b")] };
    wait(KEYS_KEPT_SECONDS);
    expect(await kids("a")).toEqual(["b"]);
  });

  test("go on for an hour while their address is away, not longer", async () => {
    const { state, kids, wait } = cacheOf({ keys: [key("a")] });
    await kids("a");
    state.answer = AWAY;
    for (let minutes = 10; minutes < 60; minutes += 10) {
      wait(600);
      expect(await kids("a")).toEqual(["a"]);
    }
    wait(600);
    expect(await kids("a")).toEqual([]);
  });

  test("end at once with an address that leads where it must not, as soon as it is asked again", async () => {
    const { state, kids, wait } = cacheOf({ keys: [key("a")] });
    await kids("a");
    state.answer = PRIVATE;
    wait(KEYS_KEPT_SECONDS);
    expect(await kids("a")).toEqual([]);
    expect(await kids("a")).toEqual([]);
    expect(state.asked).toBe(2);
  });

  test("of another address are another client's", async () => {
    const { cache, kids, state } = cacheOf({ keys: [key("a")] });
    await kids("a");
    expect(cache.usable({ ...client, jwksUri: "https://elsewhere.example.com/" })).toEqual([]);
    const pasted = { id: "one", jwksUri: null, jwks: { keys: [key("p")] } };
    expect([await cache.keysFor(pasted, "p"), state.asked]).toEqual([[key("p")], 1]);
  });
});

import { expect, test } from "vitest";
import { EXCHANGE_PLACES, ExchangePlaces } from "./exchange-places.ts";

const providerId = "one";
const stranger = (from: string) => ({ providerId, from, isKnown: false });

/** Something that stays in its place until it is let go. */
function held() {
  const gate = Promise.withResolvers<void>();
  let hasBegun = false;
  const act = () => {
    hasBegun = true;
    return gate.promise;
  };
  return { act, letGo: gate.resolve, hasBegun: () => hasBegun };
}
const turn = () => new Promise((done) => setImmediate(done));

test("strangers of many addresses leave the places of who is known, and other providers, free", async () => {
  const places = new ExchangePlaces({ waitMs: 20 });
  const flood = Array.from({ length: 60 }, (_, index) => ({ from: `192.0.2.${index}`, ...held() }));
  const ends = Promise.allSettled(flood.map(({ from, act }) => places.within(stranger(from), act)));
  await turn();
  expect(flood.filter(({ hasBegun }) => hasBegun())).toHaveLength(EXCHANGE_PLACES.strangers);
  const known = { providerId, from: "198.51.100.1", isKnown: true };
  await expect(places.within(known, async () => "in")).resolves.toBe("in");
  await expect(places.within({ ...stranger("x"), providerId: "two" }, async () => "in")).resolves.toBe("in");
  await expect(places.within(stranger("203.0.113.1"), async () => "in")).rejects.toMatchObject({
    why: "PROVIDER_BUSY",
    isOnRecord: false,
  });
  for (const { letGo } of flood) letGo();
  const outcomes = (await ends).map(({ status }) => status);
  expect(outcomes.filter((status) => status === "fulfilled")).toHaveLength(EXCHANGE_PLACES.strangers);
  await expect(places.within(stranger("203.0.113.1"), async () => "in")).resolves.toBe("in");
});

test("one address has two places: the next comes in past what waits of it", async () => {
  const places = new ExchangePlaces();
  const [first, second, third, other] = [held(), held(), held(), held()];
  const of = (from: string, { act }: { act: () => Promise<void> }) => places.within(stranger(from), act);
  const all = [of("a", first), of("a", second), of("a", third), of("b", other)];
  await turn();
  expect([first, second, third, other].map(({ hasBegun }) => hasBegun())).toEqual([true, true, false, true]);
  first.letGo();
  await turn();
  expect(third.hasBegun()).toBe(true);
  for (const { letGo } of [second, third, other]) letGo();
  await Promise.all(all);
});

test("a place is free again after what failed in it, and no more than so many wait", async () => {
  const places = new ExchangePlaces();
  for (let time = 0; time < 20; time += 1)
    await expect(places.within(stranger("a"), () => Promise.reject(new Error("provider")))).rejects.toThrow(
      "provider",
    );
  const kept = held();
  const all = Array.from({ length: 100 }, () => places.within(stranger("a"), kept.act));
  const refused = Promise.allSettled(all);
  kept.letGo();
  const why = (await refused).filter(({ status }) => status === "rejected");
  expect(why).toHaveLength(100 - 64 - 2);
});

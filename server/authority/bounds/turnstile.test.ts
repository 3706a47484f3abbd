import { expect, test } from "vitest";
import { Throttled } from "./throttled.ts";
import { Turnstile } from "./turnstile.ts";

/** What ends in a turn of the event loop lets others in at its end. */
async function turn(): Promise<void> {
  for (let times = 0; times < 2; times += 1) await new Promise((resolve) => setImmediate(resolve));
}

function setUp(options: { share: number; maxWaiting: number }) {
  const clock = { ms: 0 };
  const turnstile = new Turnstile({ ...options, now: () => clock.ms });
  const counts = new Map<string, number>();
  const ends: { id: string; end: () => void }[] = [];
  /** Begins a request that goes on until it is told to end. */
  const begin = (id: string, cost = 1) =>
    turnstile.pass(id, cost, async () => {
      counts.set(id, (counts.get(id) ?? 0) + 1);
      await new Promise<void>((resolve) => ends.push({ id, end: resolve }));
      counts.set(id, (counts.get(id) ?? 0) - 1);
      return id;
    });
  const endOne = async (id: string) => {
    const at = ends.findIndex((one) => one.id === id);
    ends.splice(at, 1)[0]?.end();
    await turn();
  };
  return { clock, turnstile, begin, endOne, inside: (id: string) => counts.get(id) ?? 0 };
}

test("a caller that is alone has sixteen shares under way, and is never refused", async () => {
  const { begin, endOne, inside, turnstile } = setUp({ share: 2, maxWaiting: 1 });
  const all = Array.from({ length: 500 }, () => begin("gateway"));
  expect(inside("gateway")).toBe(32);
  expect(turnstile.waiting).toBe(468);
  for (let index = 0; index < 500; index += 1) await endOne("gateway");
  expect(new Set(await Promise.all(all))).toEqual(new Set(["gateway"]));
});

test("whoever comes beside a flood that was alone meets no more of it than what was under way", async () => {
  const { begin, endOne, inside } = setUp({ share: 2, maxWaiting: 1_000 });
  for (let index = 0; index < 500; index += 1) void begin("flood");
  void begin("small");
  expect(inside("small")).toBe(1);
  for (let index = 0; index < 31; index += 1) await endOne("flood");
  expect(inside("flood")).toBe(2);
  await expect(Promise.all(Array.from({ length: 600 }, () => begin("flood")))).rejects.toBeInstanceOf(
    Throttled,
  );
});

test("a cost that is told by a function is the one of when the work begins", async () => {
  const { begin, endOne, inside, turnstile } = setUp({ share: 4, maxWaiting: 100 });
  let cost = 1;
  void begin("small");
  const weighed = (id: string) =>
    turnstile.pass(
      id,
      () => cost,
      () => begin(`${id} inside`, 0),
    );
  for (let index = 0; index < 10; index += 1) void weighed("flood");
  expect(inside("flood inside")).toBe(4);
  cost = 3;
  for (let index = 0; index < 4; index += 1) await endOne("flood inside");
  expect(inside("flood inside")).toBe(1);
});

test("while another is there, a flood has its share under way and waits in its own line", async () => {
  const { begin, endOne, inside, turnstile } = setUp({ share: 2, maxWaiting: 100 });
  void begin("small");
  for (let index = 0; index < 10; index += 1) void begin("flood");
  expect(inside("flood")).toBe(2);
  expect(turnstile.waiting).toBe(8);
  void begin("small");
  expect(inside("small")).toBe(2);
  await endOne("flood");
  expect(inside("flood")).toBe(2);
  expect(turnstile.waiting).toBe(7);
});

test("what waits in a line goes on all at once when the other has gone", async () => {
  const { begin, clock, endOne, inside, turnstile } = setUp({ share: 2, maxWaiting: 100 });
  void begin("small");
  for (let index = 0; index < 10; index += 1) void begin("flood");
  await endOne("small");
  clock.ms = 1_001;
  await endOne("flood");
  expect(inside("flood")).toBe(9);
  expect(turnstile.waiting).toBe(0);
});

test("a line that is full refuses what comes, and the caller has its turn again afterwards", async () => {
  const { begin, endOne, inside } = setUp({ share: 1, maxWaiting: 2 });
  void begin("small");
  const waiting = [begin("flood"), begin("flood"), begin("flood")];
  await expect(begin("flood")).rejects.toBeInstanceOf(Throttled);
  for (let index = 0; index < 3; index += 1) await endOne("flood");
  expect(await Promise.all(waiting)).toEqual(["flood", "flood", "flood"]);
  expect(inside("flood")).toBe(0);
  void begin("flood");
  expect(inside("flood")).toBe(1);
});

test("heavy work takes more of the share, and work heavier than the whole of it is done alone", async () => {
  const { begin, endOne, inside } = setUp({ share: 4, maxWaiting: 100 });
  void begin("small");
  for (let index = 0; index < 4; index += 1) void begin("flood", 2);
  expect(inside("flood")).toBe(2);
  for (let index = 0; index < 3; index += 1) void begin("giant", 9);
  expect(inside("giant")).toBe(1);
  await endOne("giant");
  expect(inside("giant")).toBe(1);
});

test("of work that waits for nothing a share begins in a turn of the event loop, and another is asked about in between", async () => {
  const { turnstile } = setUp({ share: 4, maxWaiting: 1_000 });
  const done: string[] = [];
  const quick = (id: string) => turnstile.pass(id, 1, async () => void done.push(id));
  await quick("small");
  const flood = Array.from({ length: 100 }, () => quick("flood"));
  await Promise.resolve();
  expect(done.filter((id) => id === "flood")).toHaveLength(4);
  await new Promise((resolve) => setImmediate(resolve));
  const begun = done.length;
  await quick("small");
  expect(done.length - begun).toBeLessThanOrEqual(1 + 4);
  await Promise.all(flood);
  expect(done.filter((id) => id === "flood")).toHaveLength(100);
});

test("work that fails gives its place back", async () => {
  const { turnstile, begin, inside } = setUp({ share: 1, maxWaiting: 10 });
  void begin("small");
  await expect(turnstile.pass("flood", 1, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await turn();
  void begin("flood");
  expect(inside("flood")).toBe(1);
});

test("of a caller with a long line no more is read until its turn comes, and then in the order in which it was left", async () => {
  const { begin, endOne, turnstile } = setUp({ share: 2, maxWaiting: 100 });
  void begin("small");
  for (let index = 0; index < 6; index += 1) void begin("flood");
  const read: number[] = [];
  const leave = (id: string, number: number) =>
    turnstile.leaveUnread(id, () => {
      read.push(number);
      void begin(id);
    });
  expect([1, 2, 3].map((one) => leave("flood", one))).toEqual([true, true, true]);
  expect(leave("small", 0)).toBe(false);
  await endOne("flood");
  expect(read).toEqual([1]);
  for (let index = 0; index < 2; index += 1) await endOne("flood");
  expect(read).toEqual([1, 2, 3]);
});

test("what was left unread is read when nothing of its caller is left that would end, a few in each turn", async () => {
  const { begin, endOne, turnstile, clock } = setUp({ share: 1, maxWaiting: 100 });
  void begin("small");
  for (let index = 0; index < 3; index += 1) void begin("flood");
  let read = 0;
  for (let index = 0; index < 10; index += 1)
    expect(turnstile.leaveUnread("flood", () => (read += 1))).toBe(true);
  for (let index = 0; index < 3; index += 1) await endOne("flood");
  for (let index = 0; index < 6; index += 1) await turn();
  expect(read).toBe(10);
  clock.ms = 2_000;
  expect(turnstile.leaveUnread("flood", () => undefined)).toBe(false);
});

test("a caller is light while it has little under way beside others: not alone, not with more, not with a line", async () => {
  const { clock, turnstile, begin, endOne } = setUp({ share: 8, maxWaiting: 10 });
  void begin("calm");
  expect(turnstile.isLight("calm")).toBe(false);
  for (let index = 0; index < 9; index += 1) void begin("flood");
  expect([turnstile.isLight("calm"), turnstile.isLight("flood")]).toEqual([true, false]);
  void begin("calm");
  expect(turnstile.isLight("calm")).toBe(true);
  void begin("calm");
  expect(turnstile.isLight("calm")).toBe(false);
  await endOne("calm");
  expect(turnstile.isLight("calm")).toBe(true);
  clock.ms = 2_000;
  void begin("calm", 0);
  expect(turnstile.isLight("calm")).toBe(false);
});

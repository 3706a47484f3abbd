import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BEAT_MS } from "#lib/live/model.ts";
import { followEvents } from "./follow-events.ts";

const SILENT_MS = 30_000;

/** The browser's, whose network is the test. */
class Connection extends EventTarget {
  static readonly CLOSED = 2;
  static all: Connection[] = [];
  static get last(): Connection {
    return Connection.all.at(-1) as Connection;
  }
  readyState = 0;
  onerror: (() => void) | null = null;

  readonly openedAtMs = Date.now();

  constructor() {
    super();
    Connection.all.push(this);
  }
  close() {
    this.readyState = Connection.CLOSED;
  }
  says(event: string, data = "{}") {
    this.readyState = 1;
    this.dispatchEvent(new MessageEvent(event, { data }));
  }
  breaks(readyState: 0 | 2) {
    this.readyState = readyState;
    this.onerror?.();
  }
}

const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
const told: string[] = [];
/** What the console says when it is asked: not before this time. */
let answer: number | null | Promise<number> = null;
let stop = () => {};
let openAtOnce = () => {};

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.stubGlobal("EventSource", Connection);
  vi.stubGlobal("document", page);
  vi.stubGlobal("window", new EventTarget());
  vi.spyOn(Math, "random").mockReturnValue(0);
  Connection.all = [];
  told.length = 0;
  answer = null;
  ({ stop, openAtOnce } = followEvents("/live", {
    event: "change",
    onOpen: () => told.push("open"),
    onLost: (sinceMs) => told.push(`lost since ${sinceMs}`),
    onRetry: async (againAtMs) => {
      told.push(againAtMs === null ? "the browser's turn" : `again in ${againAtMs - Date.now()}`);
      return answer;
    },
    onEvent: (text) => told.push(text),
  }));
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("beats within thirty seconds keep a connection, and it is open from the first on", () => {
  expect(told).toEqual([]);
  for (let beats = 0; beats < 100; beats += 1) {
    Connection.last.says("beat");
    vi.advanceTimersByTime(beats % 2 === 0 ? BEAT_MS : SILENT_MS - 1);
  }
  expect(told).toEqual(["open"]);
  expect(Connection.all).toHaveLength(1);
});

test("what is silent for thirty seconds is lost since the last word, closed, and opened again ever later", () => {
  Connection.last.says("beat");
  vi.advanceTimersByTime(5_000);
  Connection.last.says("change", "news");
  vi.advanceTimersByTime(SILENT_MS);
  expect(told).toEqual(["open", "news", "lost since 5000", "again in 1000"]);
  expect(Connection.last.readyState).toBe(Connection.CLOSED);

  vi.advanceTimersByTime(1_000);
  expect(Connection.all, "opened again").toHaveLength(2);
  // a console that hangs takes the connection and never answers
  told.length = 0;
  vi.advanceTimersByTime(SILENT_MS);
  expect(told[0], "it was opened at 36000, and said nothing").toBe("lost since 5000");
  vi.advanceTimersByTime(120_000);
  expect(Connection.all.map(({ openedAtMs }) => openedAtMs)).toEqual([
    0, 36_000, 68_000, 102_000, 140_000, 186_000,
  ]);
  told.length = 0;
  Connection.last.says("beat");
  expect(told).toEqual(["open"]);
});

test("a retry of the browser's own is told, has its thirty seconds, and is taken over where it is never answered", () => {
  Connection.last.says("beat");
  vi.advanceTimersByTime(20_000);
  Connection.last.breaks(0);
  expect(told).toEqual(["open", "lost since 0", "the browser's turn"]);
  vi.advanceTimersByTime(SILENT_MS - 1);
  expect(told).toHaveLength(3);
  vi.advanceTimersByTime(1_001);
  expect(told.slice(3)).toEqual(["lost since 0", "again in 1000"]);
  expect(Connection.all).toHaveLength(2);
  Connection.last.says("beat");
  expect(told.at(-1)).toBe("open");
});

test("what was refused is opened again once, and watched no more meanwhile", () => {
  Connection.last.breaks(2);
  expect(told).toEqual(["lost since 0", "again in 1000"]);
  vi.advanceTimersByTime(1_000);
  expect(Connection.all).toHaveLength(2);
  Connection.last.says("beat");
  vi.advanceTimersByTime(SILENT_MS - 1);
  expect(told.at(-1)).toBe("open");
});

test("a connection that breaks after hours of sleep is lost since its last word, and not since the waking", () => {
  Connection.last.says("beat");
  vi.setSystemTime(3_600_000);
  Connection.last.breaks(0);
  expect(told[1]).toBe("lost since 0");
});

test("what the console asked too much is not opened before it lets it, however the page is looked at", async () => {
  answer = 40_000;
  Connection.last.breaks(2);
  await vi.advanceTimersByTimeAsync(39_999);
  page.dispatchEvent(new Event("visibilitychange"));
  openAtOnce();
  expect(Connection.all).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(Connection.all).toHaveLength(2);

  // sooner than it would be tried anyway
  answer = 40_500;
  Connection.last.breaks(2);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(Connection.all).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(Connection.all).toHaveLength(3);

  // what was heard takes it back
  Connection.last.says("beat");
  answer = null;
  Connection.last.breaks(2);
  openAtOnce();
  expect(Connection.all).toHaveLength(4);
});

test("where the console says so late, it is for the next time, and for none after something was heard", async () => {
  const late = Promise.withResolvers<number>();
  answer = late.promise;
  Connection.last.breaks(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(Connection.all).toHaveLength(2);
  late.resolve(60_000);
  answer = null;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(Connection.last.readyState, "what is under way is left alone").toBe(0);
  told.length = 0;
  Connection.last.breaks(2);
  expect(told).toEqual(["lost since 0", "again in 58000"]);
  await vi.advanceTimersByTimeAsync(58_000);
  expect(Connection.all).toHaveLength(3);

  const later = Promise.withResolvers<number>();
  answer = later.promise;
  Connection.last.breaks(2);
  openAtOnce();
  Connection.last.says("beat");
  later.resolve(3_600_000);
  answer = null;
  await vi.advanceTimersByTimeAsync(0);
  told.length = 0;
  Connection.last.breaks(2);
  expect(told.at(-1)).toBe("again in 1000");
});

test("a page that is looked at again after its timers slept goes by what was heard, and opens at once", () => {
  Connection.last.says("beat");
  // timers stand still, the clock goes on
  vi.setSystemTime(BEAT_MS);
  page.dispatchEvent(new Event("visibilitychange"));
  expect(Connection.all, "it is still to be trusted").toHaveLength(1);
  vi.setSystemTime(3_600_000);
  page.dispatchEvent(new Event("visibilitychange"));
  expect(told).toEqual(["open", "lost since 0", "again in 1000"]);
  expect(Connection.all).toHaveLength(2);
  Connection.last.says("beat");
  vi.advanceTimersByTime(SILENT_MS - 1);
  expect(Connection.all, "and not once more by what had waited").toHaveLength(2);
  expect(told.at(-1)).toBe("open");
});

test("a clock that is put back does not make silence longer", () => {
  vi.setSystemTime(3_600_000);
  Connection.last.says("beat");
  vi.setSystemTime(0);
  vi.advanceTimersByTime(SILENT_MS * 2);
  expect(told[1]).toMatch(/^lost since/);
});

test("what is followed no more is silent for good", () => {
  Connection.last.says("beat");
  stop();
  vi.advanceTimersByTime(SILENT_MS * 10);
  expect(told).toEqual(["open"]);
  expect(Connection.all).toHaveLength(1);
});

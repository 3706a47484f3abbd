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
let stop = () => {};

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.stubGlobal("EventSource", Connection);
  vi.stubGlobal("document", page);
  vi.stubGlobal("window", new EventTarget());
  vi.spyOn(Math, "random").mockReturnValue(0);
  Connection.all = [];
  told.length = 0;
  ({ stop } = followEvents("/live", {
    event: "change",
    onOpen: () => told.push("open"),
    onLost: (sinceMs) => told.push(`lost since ${sinceMs}`),
    onRefused: (againAtMs) => told.push(`again in ${againAtMs - Date.now()}`),
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
  expect(told[0]).toBe("lost since 36000");
  vi.advanceTimersByTime(120_000);
  expect(Connection.all.map(({ openedAtMs }) => openedAtMs)).toEqual([
    0, 36_000, 68_000, 102_000, 140_000, 186_000,
  ]);
  told.length = 0;
  Connection.last.says("beat");
  expect(told).toEqual(["open"]);
});

test("a retry of the browser's own that is never answered is taken over", () => {
  Connection.last.says("beat");
  vi.advanceTimersByTime(1_000);
  Connection.last.breaks(0);
  expect(told).toEqual(["open", "lost since 1000"]);
  vi.advanceTimersByTime(SILENT_MS + 1_000);
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

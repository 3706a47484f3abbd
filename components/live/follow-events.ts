import { BEAT_MS } from "#lib/live/model.ts";
import { waitBeforeReopening } from "./reopening.ts";

type Following = {
  /** Something is heard, of a connection that was opened just now. */
  onOpen(): void;
  /** Nothing is heard since then: the connection broke, was refused, or fell silent. It is being tried again. */
  onLost(sinceMs: number): void;
  /** The browser has given it up, as the console does not let this page follow (a limit, a restart behind a proxy, a session that ended), or it fell silent. It is tried again at that time. */
  onRefused(againAtMs: number): void;
  /** Each event of the name `event`, its text as it came. */
  onEvent(text: string): void;
  event: string;
};

/** Two beats and a half: a connection of which nothing was heard for so long is lost, whatever the browser holds of it. */
const SILENT_MS = BEAT_MS * 2.5;

/**
 * Follows server-sent events for good, and returns how to stop, and to try again at once what is not open. A browser tries a broken connection again by itself, but gives one up that
 * was answered with an error (a limit, a restart behind a proxy): that is opened anew, ever less often, and at once when the page is
 * looked at or the network is back. So is one that falls silent, which a browser never notices: a console that hangs, a network that is gone without a word.
 */
export function followEvents(
  address: string,
  { event, onOpen, onLost, onRefused, onEvent }: Following,
): { stop: () => void; openAtOnce: () => void } {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watch: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let heardAtMs = 0;

  function open() {
    clearTimeout(timer);
    heardAtMs = Date.now();
    source = new EventSource(address);
    let isHeard = false;
    function hear() {
      heardAtMs = Date.now();
      if (isHeard) return;
      isHeard = true;
      failures = 0;
      onOpen();
    }
    source.onerror = () => {
      isHeard = false;
      heardAtMs = Date.now();
      onLost(heardAtMs);
      if (source.readyState === EventSource.CLOSED) openLater();
    };
    // what opens may be a proxy that holds everything back: the first beat comes at once
    source.addEventListener("beat", hear);
    source.addEventListener(event, ({ data }: MessageEvent<string>) => {
      hear();
      onEvent(data);
    });
    look();
  }
  function openLater() {
    failures += 1;
    const wait = waitBeforeReopening(failures);
    timer = setTimeout(open, wait);
    onRefused(Date.now() + wait);
  }
  /** By what was heard and no count of its own: timers of a hidden tab are late, and those of a laptop that slept. */
  function look() {
    clearTimeout(watch);
    if (source.readyState === EventSource.CLOSED) return;
    // a clock that was put back
    heardAtMs = Math.min(heardAtMs, Date.now());
    const left = heardAtMs + SILENT_MS - Date.now();
    if (left > 0) {
      watch = setTimeout(look, left);
      return;
    }
    source.close();
    onLost(heardAtMs);
    openLater();
  }
  function openAtOnce() {
    look();
    if (source.readyState === EventSource.CLOSED) open();
  }
  function onVisible() {
    if (document.visibilityState === "visible") openAtOnce();
  }

  open();
  document.addEventListener("visibilitychange", onVisible);
  window.addEventListener("online", openAtOnce);
  function stop() {
    clearTimeout(timer);
    clearTimeout(watch);
    source.close();
    document.removeEventListener("visibilitychange", onVisible);
    window.removeEventListener("online", openAtOnce);
  }
  return { stop, openAtOnce };
}

import { BEAT_MS } from "#lib/live/model.ts";
import { waitBeforeReopening } from "./reopening.ts";

type Following = {
  /** Something is heard, of a connection that was opened just now. */
  onOpen(): void;
  /** Nothing is heard since then, or since this page came: the connection broke, was refused, or fell silent. It is being tried again. */
  onLost(sinceMs: number): void;
  /**
   * It is tried again at that time: the browser has given it up, as the console does not let this page follow (a limit, a restart behind a proxy, a session that ended), or it fell silent.
   * It is not tried before the time that is given back. Null: the browser tries it again by itself, when it likes.
   */
  onRetry(againAtMs: number | null): Promise<number | null>;
  /** Each event of the name `event`, its text as it came. */
  onEvent(text: string): void;
  event: string;
};

/** Two beats and a half: a connection of which nothing was heard for so long is lost, whatever the browser holds of it. */
const SILENT_MS = BEAT_MS * 2.5;

/**
 * Follows server-sent events for good, and returns how to stop, and to try again at once what is not open. A browser tries a broken connection again by itself, but gives one up that
 * was answered with an error (a limit, a restart behind a proxy): that is opened anew, ever less often, and at once when the page is
 * looked at or the network is back, but not before the console lets it. So is one that falls silent, which a browser never notices: a console that hangs, a network that is gone without a word.
 */
export function followEvents(
  address: string,
  { event, onOpen, onLost, onRetry, onEvent }: Following,
): { stop: () => void; openAtOnce: () => void } {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watch: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let isHeard = false;
  let isStopped = false;
  /** The last word of all, and since when a connection is silent that may have been opened after it. */
  let heardAtMs = Date.now();
  let silentSinceMs = 0;
  let againAtMs = 0;
  let notBeforeMs = 0;

  function open() {
    clearTimeout(timer);
    silentSinceMs = Date.now();
    isHeard = false;
    source = new EventSource(address);
    function hear() {
      heardAtMs = Date.now();
      silentSinceMs = heardAtMs;
      if (isHeard) return;
      isHeard = true;
      failures = 0;
      notBeforeMs = 0;
      onOpen();
    }
    source.onerror = () => {
      isHeard = false;
      silentSinceMs = Date.now();
      onLost(heardAtMs);
      if (source.readyState === EventSource.CLOSED) void openLater();
      else void onRetry(null);
    };
    // what opens may be a proxy that holds everything back: the first beat comes at once
    source.addEventListener("beat", hear);
    source.addEventListener(event, ({ data }: MessageEvent<string>) => {
      hear();
      onEvent(data);
    });
    look();
  }
  function openAt(ms: number) {
    clearTimeout(timer);
    againAtMs = ms;
    timer = setTimeout(open, ms - Date.now());
  }
  async function openLater() {
    failures += 1;
    isHeard = false;
    openAt(Math.max(notBeforeMs, Date.now() + waitBeforeReopening(failures)));
    const asked = await onRetry(againAtMs);
    if (asked === null || isHeard || isStopped) return;
    notBeforeMs = Math.max(notBeforeMs, asked);
    // else it is under way already, and this is for the next time
    if (source.readyState === EventSource.CLOSED && againAtMs < notBeforeMs) openAt(notBeforeMs);
  }
  /** By what was heard and no count of its own: timers of a hidden tab are late, and those of a laptop that slept. */
  function look() {
    clearTimeout(watch);
    if (source.readyState === EventSource.CLOSED) return;
    // a clock that was put back
    heardAtMs = Math.min(heardAtMs, Date.now());
    silentSinceMs = Math.min(silentSinceMs, Date.now());
    const left = silentSinceMs + SILENT_MS - Date.now();
    if (left > 0) {
      watch = setTimeout(look, left);
      return;
    }
    source.close();
    onLost(heardAtMs);
    void openLater();
  }
  function openAtOnce() {
    look();
    if (source.readyState === EventSource.CLOSED && notBeforeMs <= Date.now()) open();
  }
  function onVisible() {
    if (document.visibilityState === "visible") openAtOnce();
  }

  open();
  document.addEventListener("visibilitychange", onVisible);
  window.addEventListener("online", openAtOnce);
  function stop() {
    isStopped = true;
    clearTimeout(timer);
    clearTimeout(watch);
    source.close();
    document.removeEventListener("visibilitychange", onVisible);
    window.removeEventListener("online", openAtOnce);
  }
  return { stop, openAtOnce };
}

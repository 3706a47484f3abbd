import { waitBeforeReopening } from "./reopening.ts";

type Following = {
  onOpen(): void;
  /** Nothing is heard: the connection broke, or was refused. It is being tried again. */
  onLost(): void;
  /** The console answered that it does not let this page follow: a limit, a restart behind a proxy, a session that ended. It is tried again at that time. */
  onRefused(againAtMs: number): void;
  /** Each event of the name `event`, its text as it came. */
  onEvent(text: string): void;
  event: string;
};

/**
 * Follows server-sent events for good, and returns how to stop, and to try again at once what is not open. A browser tries a broken connection again by itself, but gives one up that
 * was answered with an error (a limit, a restart behind a proxy): that is opened anew, ever less often, and at once when the page is
 * looked at or the network is back.
 */
export function followEvents(
  address: string,
  { event, onOpen, onLost, onRefused, onEvent }: Following,
): { stop: () => void; openAtOnce: () => void } {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  function open() {
    clearTimeout(timer);
    source = new EventSource(address);
    source.onopen = () => {
      failures = 0;
      onOpen();
    };
    source.onerror = () => {
      onLost();
      if (source.readyState !== EventSource.CLOSED) return;
      failures += 1;
      const wait = waitBeforeReopening(failures);
      timer = setTimeout(open, wait);
      onRefused(Date.now() + wait);
    };
    source.addEventListener(event, ({ data }: MessageEvent<string>) => onEvent(data));
  }
  function openAtOnce() {
    if (source.readyState === EventSource.CLOSED) open();
  }
  function look() {
    if (document.visibilityState === "visible") openAtOnce();
  }

  open();
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", openAtOnce);
  function stop() {
    clearTimeout(timer);
    source.close();
    document.removeEventListener("visibilitychange", look);
    window.removeEventListener("online", openAtOnce);
  }
  return { stop, openAtOnce };
}

import { consoleNow } from "#app/_lib/clock.ts";
import { RequestRefusal } from "#app/_lib/problem.ts";
import type { Context } from "#lib/context.ts";
import { DomainError } from "#lib/errors.ts";
import { isStillSignedIn } from "#lib/live/is-still-signed-in.ts";
import { BEAT_MS } from "#lib/live/model.ts";
import { fingerprintOf, PulseWatcher } from "#lib/live/pulse-watcher.ts";
import { StreamShares } from "./stream-shares.ts";

/** An event and no comment: a browser hands those to nobody, and a page would not hear that nothing comes any more. */
const BEAT = "event: beat\ndata: {}\n\n";
/** An ended session is noticed within this time. */
const SESSION_CHECK_MS = 3_000;
/** Connections of one process; more are told to come back. */
const CONNECTIONS_MAX = 500;
/** Messages that a reader may leave lying. */
const MAX_UNREAD = 200;

// development reloads modules: one watcher outlives them
const store = globalThis as typeof globalThis & {
  tokenwardenPulse?: PulseWatcher;
  tokenwardenStreamShares?: StreamShares;
};

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  // no-transform: a proxy that compresses would hold events back
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/**
 * Server-sent events: `change` whenever something moved (with where each log ends now), `beat` at once and ever after. Ends with the session. A reader
 * that comes back with Last-Event-ID is told at once of what moved meanwhile. HEAD follows nothing.
 *
 * @throws {RequestRefusal} 429 where the caller's share of streams is taken.
 */
export function eventStream(ctx: Context, request: Request): Response {
  if (request.method === "HEAD") return new Response(null, { headers: HEADERS });
  store.tokenwardenPulse ??= new PulseWatcher(ctx.db);
  const watcher = store.tokenwardenPulse;
  if (watcher.listeners >= CONNECTIONS_MAX)
    throw new DomainError("UNAVAILABLE", "Too many pages follow what happens. Try again later.");
  store.tokenwardenStreamShares ??= new StreamShares();
  const giveBack = store.tokenwardenStreamShares.take(ctx.actor);
  if (giveBack === null)
    throw new RequestRefusal(429, "TOO_MANY_REQUESTS", "Too many pages of yours follow what happens.");
  const lastEventId = request.headers.get("last-event-id");
  let stop = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const encoder = new TextEncoder();
      const write = (text: string) => {
        // who does not read loses the connection, not our memory
        if ((controller.desiredSize ?? 0) < -MAX_UNREAD) return stop();
        controller.enqueue(encoder.encode(text));
      };
      write(`retry: 2000\n${BEAT}`);
      const unsubscribe = watcher.subscribe(
        (pulse) => write(`event: change\nid: ${fingerprintOf(pulse)}\ndata: ${JSON.stringify(pulse)}\n\n`),
        // without a known state the first one is news: the page was drawn before this connection stood
        lastEventId ?? "",
      );
      const beat = setInterval(() => write(BEAT), BEAT_MS);
      const check = setInterval(async () => {
        try {
          if (await isStillSignedIn(ctx, await consoleNow())) return;
        } catch {
          // the database is away: the reader comes back and is asked again
        }
        stop();
      }, SESSION_CHECK_MS);
      stop = () => {
        stop = () => {};
        unsubscribe();
        giveBack();
        clearInterval(beat);
        clearInterval(check);
        try {
          controller.close();
        } catch {
          // the reader has gone first
        }
      };
      if (request.signal.aborted) stop();
      else request.signal.addEventListener("abort", () => stop(), { once: true });
    },
    cancel() {
      stop();
    },
  });
  return new Response(body, { headers: HEADERS });
}

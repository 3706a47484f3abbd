import type { IncomingMessage, ServerResponse } from "node:http";
import { type Refusal, refuse } from "./refuse.ts";

const PAGE = "/restored";

/** What is answered while a restore waits to be confirmed: the way in, the page that says so, its two routes, the proof that the second asks for, and what the build made. Nothing else is. */
const OPEN =
  /^\/(?:restored|sign-in|step-up|icon\.svg|favicon\.ico|api\/health|api\/auth\/[\w/-]+|api\/v1\/sign-in\/(?:enrolment|passkey)|api\/v1\/restore(?:\/confirm)?|api\/v1\/me\/step-up(?:\/options)?|_next\/static\/[\w./@~%()[\]-]+)$/;

const HELD: Refusal = {
  status: 503,
  code: "SEALED",
  title: "Sealed",
  detail:
    "The database is older than the checkpoints that are kept outside of it. Until an owner has confirmed that it was restored, nothing is served.",
};

/** Whether a request is answered all the same while a restore waits to be confirmed. */
export function isOpenWhileRestored(url: string): boolean {
  const path = url.split(/[?#]/, 1)[0] ?? "";
  return OPEN.test(path) && !path.includes("..");
}

/** Answers what is asked while a restore waits to be confirmed: a page leads to the one that says so, the API is refused. */
export function answerWhileRestored(request: IncomingMessage, response: ServerResponse): void {
  if (/^\/api(?:\/|$)/.test(request.url ?? "/")) {
    refuse(response, HELD);
    return;
  }
  response.writeHead(303, {
    location: PAGE,
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
  });
  response.end();
}

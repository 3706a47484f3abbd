import type { IncomingMessage, ServerResponse } from "node:http";
import { cookieOf } from "../engine/configuration.ts";
import { type Done, noticeOf } from "./account-words.ts";

/** The next page says it within so long, or nobody does. */
const SECONDS = 60;

function nameOf(issuer: string): string {
  return cookieOf(issuer).isSecure ? "__Host-tw_notice" : "tw_notice";
}

function setCookie(res: ServerResponse, issuer: string, value: string, seconds: number): void {
  const secure = cookieOf(issuer).isSecure ? "; Secure" : "";
  const expires = seconds === 0 ? `; Expires=${new Date(0).toUTCString()}` : "";
  res.appendHeader(
    "set-cookie",
    `${nameOf(issuer)}=${value}; Path=/; Max-Age=${seconds}${expires}; HttpOnly; SameSite=Strict${secure}`,
  );
}

/** Has the browser's next page say what was done: by a cookie, and not in the address, which anybody could send a person to. */
export function leaveNotice(res: ServerResponse, issuer: string, done: Done): void {
  setCookie(res, issuer, done, SECONDS);
}

/** What was done a moment ago, said once; null where nothing was. */
export function takeNotice(req: IncomingMessage, res: ServerResponse, issuer: string): string | null {
  const prefix = `${nameOf(issuer)}=`;
  const pair = (req.headers.cookie ?? "").split(/; */).find((one) => one.startsWith(prefix));
  if (pair === undefined) return null;
  setCookie(res, issuer, "", 0);
  return noticeOf(pair.slice(prefix.length));
}

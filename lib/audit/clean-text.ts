import { redactSecrets } from "./redact.ts";

const METHOD = /^[A-Z]{1,16}$/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it takes out
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text that somebody sent, as it may be kept: no control characters, no secrets, bounded; null where nothing is left. */
export function cleanText(text: string | null, length: number): string | null {
  if (text === null) return null;
  // half a character is none, and the database takes none
  return redactSecrets(text.replace(CONTROL, "")).slice(0, length).toWellFormed() || null;
}

/** A target with its origin, which may have somebody's password in it. @see RFC 9112 section 3.2.2 */
const ABSOLUTE = /^\s*[a-z][a-z0-9+.-]*:/i;

/** Where a path ends: at its query or fragment, at the parameters of a segment (`;jsessionid=…`), and at the same where somebody encoded them. @see RFC 3986 section 3.3 */
const END = /[?#;]|%3[fb]|%23/i;

/** The path of a request's target alone: query strings and parameters of a path hold secrets of others. */
export function cleanPath(target: string | null): string | null {
  if (target === null) return null;
  // what is no address may be cut in the middle of a secret
  const path = ABSOLUTE.test(target) ? (URL.parse(redactSecrets(target))?.pathname ?? null) : target;
  const end = path?.search(END) ?? -1;
  return cleanText(end === -1 ? path : (path?.slice(0, end) ?? null), 512);
}

/** An HTTP method, or null where it is none. */
export function cleanMethod(text: string | null): string | null {
  return text !== null && METHOD.test(text) ? text : null;
}

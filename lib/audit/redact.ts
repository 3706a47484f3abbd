// our own values (tokens, secrets, links) and anything in the shape of a JWT or JWE, its dots written as in an address too
// and keys that sign webhooks, as Standard Webhooks writes them
const OURS = /tw[a-z]_[0-9A-Za-z_-]{16,}|whsec_[0-9A-Za-z+/_-]{16,}={0,2}/g;
const JWT =
  /ey[A-Za-z0-9_-]{10,}(?:\.|%2E)[A-Za-z0-9_-]*(?:\.|%2E)?[A-Za-z0-9_-]{4,}(?:(?:\.|%2E)[A-Za-z0-9_-]*)*/gi;
/** The beginning of a JWT, which begins with `{"`, wherever it was cut off. */
const BEGUN_JWT = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{16,}/;
/** One that is signed, whatever stands before it: an escape ends in a letter or a digit. */
const SIGNED_JWT = /eyJ[A-Za-z0-9_-]{10,512}(?:\.|%2E)eyJ[A-Za-z0-9_-]{6}/;
const BEGUN_JWTS = new RegExp(BEGUN_JWT, "g");
/** What all of them begin with: nearly every text has none, and each use has two texts. */
const BEGINNING = /ey[A-Za-z0-9_-]{10}|tw[a-z]_[0-9A-Za-z_-]{16}|whsec_/i;

/** Text that somebody sent, fit to be kept as evidence: what looks like a token or a secret is taken out of it. */
export function redactSecrets(text: string): string {
  if (!BEGINNING.test(text)) return text;
  return text
    .replace(OURS, (value) => `${value.slice(0, 4)}[redacted]`)
    .replace(JWT, "[redacted JWT]")
    .replace(BEGUN_JWTS, "[redacted JWT]");
}

/** Whether a token or a secret stands in text: surer than `redactSecrets` has to be, because the text is refused. */
export function holdsSecret(text: string): boolean {
  return text.search(OURS) >= 0 || BEGUN_JWT.test(text) || SIGNED_JWT.test(text);
}

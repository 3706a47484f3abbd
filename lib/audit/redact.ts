// our own values (tokens, secrets, links) and anything in the shape of a JWT
const OURS = /tw[a-z]_[0-9A-Za-z_-]{16,}/g;
const JWT = /ey[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g;

/** Text that somebody sent, fit to be kept as evidence: what looks like a token or a secret is taken out of it. */
export function redactSecrets(text: string): string {
  return text.replace(OURS, (value) => `${value.slice(0, 4)}[redacted]`).replace(JWT, "[redacted JWT]");
}

import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { publicJwks } from "#lib/keys/public-jwks.ts";
import type { RegistryKey, RegistrySnapshot } from "#lib/registry/snapshot.ts";

/** Seconds that a verifier may keep the key set: a new key waits that long before it signs. */
const MAX_AGE_SECONDS = 600;

type KeySet = { body: string; etag: string; headers: string[]; unchanged: string[] };

function keySetOf(keys: RegistryKey[], common: readonly string[]): KeySet {
  const body = JSON.stringify(publicJwks(keys));
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const unchanged = [
    ...common,
    "cache-control",
    `public, max-age=${MAX_AGE_SECONDS}`,
    "etag",
    etag,
    "access-control-allow-origin",
    "*",
  ];
  const content = [
    "content-type",
    "application/jwk-set+json",
    "content-length",
    String(Buffer.byteLength(body)),
  ];
  return { body, etag, unchanged, headers: [...unchanged, ...content] };
}

/** Keys that stand in a set of their own: a resource server that does not look closely must not take what they sign for a token. */
const APART = new Set(["feed"]);

/** The keys of tokens and of whatever else a resource server or client may be shown. */
export function isOfCommonSet(key: RegistryKey): boolean {
  return !APART.has(key.purpose);
}

/** The keys of the feed of revocations. */
export function isOfFeed(key: RegistryKey): boolean {
  return key.purpose === "feed";
}

/**
 * Answers a key set, put together once for each. The same for everybody, asked by everybody: it goes out without the framework.
 *
 * @param isIn which keys are in it.
 * @param common headers of every answer of this server, name after value.
 * @see RFC 7517 section 5
 */
export function createJwksAnswer(
  registry: () => RegistrySnapshot,
  isIn: (key: RegistryKey) => boolean,
  common: readonly string[],
): (req: IncomingMessage, res: ServerResponse) => void {
  let version: string | null = null;
  let keySet: KeySet;
  return (req, res) => {
    const snapshot = registry();
    if (snapshot.keySetVersion !== version) {
      keySet = keySetOf(snapshot.keys.filter(isIn), common);
      version = snapshot.keySetVersion;
    }
    const isUnchanged = req.headers["if-none-match"] === keySet.etag;
    res.writeHead(isUnchanged ? 304 : 200, isUnchanged ? keySet.unchanged : keySet.headers);
    // as text it leaves in one piece with its head; a buffer would be a write of its own
    res.end(isUnchanged || req.method === "HEAD" ? undefined : keySet.body);
  };
}

import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { RegistryKey, RegistrySnapshot } from "#lib/registry/snapshot.ts";

type Jwks = { keys: Record<string, unknown>[] };
type KeySet = { body: string; etag: string; headers: string[]; unchanged: string[] };

function keySetOf(jwks: Jwks, cacheControl: string, common: readonly string[]): KeySet {
  const body = JSON.stringify(jwks);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const unchanged = [
    ...common,
    "cache-control",
    cacheControl,
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

/**
 * Answers a key set, put together once for each. The same for everybody, asked by everybody: it goes out without the framework.
 * A new key waits before it signs for as long as the answer may be kept. Whoever does not hear of new keys lets nobody keep its answer.
 *
 * @param isStale whether the database was not heard of for too long.
 * @param toJwks what of all keys is in it.
 * @param common headers of every answer of this server, name after value.
 * @param onGiven told which keys somebody was given, or still has, who showed a credential.
 * @see RFC 7517 section 5
 */
export function createJwksAnswer(
  registry: () => RegistrySnapshot,
  isStale: () => boolean,
  toJwks: (keys: RegistryKey[]) => Jwks,
  common: readonly string[],
  onGiven: (authorization: string, kids: readonly string[]) => void,
): (req: IncomingMessage, res: ServerResponse) => void {
  let version: string | null = null;
  let keySet: KeySet;
  let kids: string[] = [];
  return (req, res) => {
    const { keys, keySetVersion, organisation } = registry();
    const cacheControl = isStale() ? "no-store" : `public, max-age=${organisation.jwksCacheSeconds}`;
    const wanted = `${cacheControl} ${keySetVersion}`;
    if (wanted !== version) {
      const jwks = toJwks(keys);
      keySet = keySetOf(jwks, cacheControl, common);
      kids = jwks.keys.map(({ kid }) => String(kid));
      version = wanted;
    }
    const isUnchanged = req.headers["if-none-match"] === keySet.etag;
    res.writeHead(isUnchanged ? 304 : 200, isUnchanged ? keySet.unchanged : keySet.headers);
    // as text it leaves in one piece with its head; a buffer would be a write of its own
    res.end(isUnchanged || req.method === "HEAD" ? undefined : keySet.body);
    const { authorization } = req.headers;
    if (authorization !== undefined && req.method === "GET") onGiven(authorization, kids);
  };
}

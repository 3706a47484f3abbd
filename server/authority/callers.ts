import { hash, timingSafeEqual } from "node:crypto";
import type { RegistryClient, RegistrySnapshot, RegistryVerifier } from "#lib/registry/snapshot.ts";

/** Who asks: a registered verifier, or a client about its own tokens. */
export type Caller =
  | { kind: "verifier"; verifier: RegistryVerifier }
  | {
      kind: "client";
      client: RegistryClient;
      /** The secret that it showed; null where it proved who it is by a key. */
      secretId: string | null;
    };

export type Credentials = { id: string | null; secret: string };

/** @see RFC 7617 section 2 and RFC 4648 section 4 */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function formDecode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}

/**
 * The credentials of a request: HTTP Basic with both halves form-encoded, a Bearer verifier secret, or `client_id` and `client_secret` in
 * the form. Two at once are refused.
 *
 * @returns null where there are none, "malformed" where they cannot be read or come twice.
 * @see RFC 6749 section 2.3.1
 */
export function readCredentials(
  authorization: string | undefined,
  form: URLSearchParams | null,
): Credentials | null | "malformed" {
  const id = form?.get("client_id") ?? null;
  const secret = form?.get("client_secret") ?? null;
  if (authorization === undefined) return secret === null ? null : { id, secret };
  if (secret !== null) return "malformed";
  const [scheme = "", value = "", ...rest] = authorization.split(" ");
  if (rest.length > 0 || value === "") return "malformed";
  if (scheme.toLowerCase() === "bearer") return { id: null, secret: value };
  if (scheme.toLowerCase() !== "basic") return "malformed";
  if (!BASE64.test(value)) return "malformed";
  const text = Buffer.from(value, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return "malformed";
  const user = formDecode(text.slice(0, colon));
  const password = formDecode(text.slice(colon + 1));
  if (user === null || password === null || password === "") return "malformed";
  return id !== null && id !== user ? "malformed" : { id: user, secret: password };
}

const NOBODY: RegistryClient["secrets"] = [{ id: "", hash: Buffer.alloc(32), expiresAtMs: 0 }];

/**
 * The id of the secret of a client whose digest this is, or null: in constant time, over all of them, expired ones never. `undefined` for a client that there is
 * not takes as long.
 */
export function findClientSecret(
  client: RegistryClient | undefined,
  digest: Buffer,
  nowMs: number,
): string | null {
  let found: string | null = null;
  for (const { id, hash, expiresAtMs } of client?.secrets ?? NOBODY) {
    const isLive = expiresAtMs === null || expiresAtMs > nowMs;
    if (hash.length === digest.length && timingSafeEqual(hash, digest) && isLive) found = id;
  }
  return found;
}

function findClient(
  registry: RegistrySnapshot,
  clientId: string,
  digest: Buffer,
  nowMs: number,
): { client: RegistryClient; secretId: string } | null {
  const client = registry.clientsByClientId.get(clientId);
  const secretId = findClientSecret(client, digest, nowMs);
  const isGood =
    client !== undefined && secretId !== null && !client.isDisabled && client.authMethod === "client_secret";
  return isGood ? { client, secretId } : null;
}

/** The SHA-256 of a secret in hex: what the registry knows a verifier by. */
export function secretDigest(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** The verifier that a secret's digest is good for now, or null. */
export function findVerifier(
  registry: RegistrySnapshot,
  digest: string,
  nowMs: number,
): RegistryVerifier | null {
  const verifier = registry.verifiersBySecretHash.get(digest);
  if (verifier === undefined || verifier.isDisabled) return null;
  const { expiresAtMs } = verifier.secret;
  return expiresAtMs === null || expiresAtMs > nowMs ? verifier : null;
}

/** The caller whose secret this is, or null. Secrets are 256 random bits, compared as SHA-256: the look-up itself gives nothing away. */
export function findCaller(
  registry: RegistrySnapshot,
  { id, secret }: Credentials,
  nowMs: number,
): Caller | null {
  const digest = hash("sha256", secret, "buffer");
  const hex = digest.toString("hex");
  if (registry.verifiersBySecretHash.has(hex)) {
    const verifier = findVerifier(registry, hex, nowMs);
    const isNamed = id === null || id === verifier?.name || id === verifier?.id;
    return verifier === null || !isNamed ? null : { kind: "verifier", verifier };
  }
  if (id === null) return null;
  const found = findClient(registry, id, digest, nowMs);
  return found === null ? null : { kind: "client", ...found };
}

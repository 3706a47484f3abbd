import { hash, timingSafeEqual } from "node:crypto";
import {
  type CryptoKey,
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  importJWK,
  type JWK,
  type KeyObject,
} from "jose";
import type { RegistryKey, RegistrySnapshot } from "../registry/snapshot.ts";
import { parseOpaque } from "../tokens/opaque.ts";
import type { FindPurgedWeek, PurgedWindow } from "./purged-weeks.ts";
import type { RegisterEntry, RegisteredToken } from "./registered-token.ts";
import { TokenStore } from "./token-store.ts";

/** Longest token value that is looked at, in characters. */
const MAX_TOKEN_LENGTH = 16_384;

/** Why a value is not a token of ours: counted, not written row by row. */
export type Unknown =
  | "malformed"
  | "unknown"
  | "bad_signature"
  | "wrong_key"
  | "unregistered"
  | "purged"
  | "lost";

export type Reading =
  | { token: RegisteredToken; isAltered: boolean }
  | {
      token: null;
      unknown: Unknown /** The key whose good signature stands over an id nobody registered. */;
      forgedWith?: string;
    };

export type TokenReader = {
  /** What a presented value is. Answers from memory what was read before under the same keys. */
  read(value: string): Promise<Reading>;
  /**
   * The registered token that a value is, by its hash alone, whatever became of the key that signed it; null where the register has no such
   * value. Good for taking a token back, never for letting one in: that wants `read`.
   */
  identify(value: string): Promise<RegisteredToken | null>;
  readonly size: number;
};

export type TokenReaderOptions = {
  registry(): RegistrySnapshot;
  find(id: string): Promise<RegisterEntry | null>;
  findPurgedWeek: FindPurgedWeek;
  issuer: string;
  /** Tokens kept in memory at most. */
  maxCached?: number;
};

const UNTRUSTED_HEADERS = [
  "jwk",
  "jku",
  "x5u",
  "x5c",
  "x5t",
  "crit",
  "zip",
  "b64",
  "p2c",
  "p2s",
  "epk",
] as const;
/**
 * A key in these states tells a registered token from another. A standby key may sign already where another authority heard of it first; what a
 * compromised one signed is refused by its order, which puts each attempt on record beside its token.
 */
const VERIFYING = new Set(["standby", "active", "retiring", "compromised"]);

type VerifyingKey = { kid: string; algorithm: string; key: CryptoKey | KeyObject | Uint8Array };

async function importKeys(keys: readonly RegistryKey[]): Promise<Map<string, VerifyingKey>> {
  const usable = keys.filter((key) => key.purpose === "access_token" && VERIFYING.has(key.state));
  const imported = await Promise.all(
    usable.map(async (key) => ({
      kid: key.kid,
      algorithm: key.algorithm,
      key: await importJWK(key.publicJwk as JWK, key.algorithm),
    })),
  );
  return new Map(imported.map((key) => [key.kid, key]));
}

function isRefusedHeader(header: Record<string, unknown>): boolean {
  if (header.typ !== "at+jwt" || typeof header.kid !== "string" || header.kid.length > 128) return true;
  return UNTRUSTED_HEADERS.some((name) => header[name] !== undefined);
}

/** Whether a JWT of a week that has left the register says of itself that it had expired by then, as all of them had: what says otherwise is forged. */
function wasExpired(week: PurgedWindow | null, exp: unknown): boolean {
  return week !== null && typeof exp === "number" && exp * 1_000 <= week.lastExpiryMs;
}

function isOpaque(value: string): boolean {
  return value.startsWith("tw") && !value.includes(".");
}

/** What expired longer ago than this may have left the register: it is looked up each time. The register keeps it for a week at least. */
const KEPT_EXPIRED_MS = 86_400_000;

const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Reads presented tokens: their signature, and what the register says of them. Keeps those that it has read, so that a token is looked up once. */
export function createTokenReader(options: TokenReaderOptions): TokenReader {
  const { registry, find, findPurgedWeek, issuer, maxCached = 100_000 } = options;
  const cache = new TokenStore(maxCached);
  let cachedUnder = "";
  let keys: Promise<Map<string, VerifyingKey>> | null = null;

  function keysNow(): Promise<Map<string, VerifyingKey>> {
    const { keySetVersion, keys: known } = registry();
    if (keys === null || keySetVersion !== cachedUnder) {
      // another key set may refuse what this one accepted: nothing that was read before counts
      cache.clear();
      cachedUnder = keySetVersion;
      keys = importKeys(known);
    }
    return keys;
  }

  function findHeld(digest: Buffer): RegisteredToken | null {
    const held = cache.find(digest);
    return held === null || held.expiresAtMs + KEPT_EXPIRED_MS < Date.now() ? null : held;
  }

  /** A registered token, once its hash was compared: an opaque value with another one is a guess, a JWT's signature was rewritten. */
  function readingOf({ token, valueHash }: RegisterEntry, digest: Buffer, under: string): Reading {
    const isOwn = timingSafeEqual(valueHash, digest);
    if (!isOwn && token.format === "opaque") return { token: null, unknown: "unknown" };
    // what was read under keys that have been replaced meanwhile counts for this request only
    if (isOwn && under === cachedUnder) cache.add(digest, token);
    return { token, isAltered: !isOwn };
  }

  async function readJwt(value: string, digest: Buffer, under: string): Promise<Reading> {
    let header: Record<string, unknown>;
    try {
      header = decodeProtectedHeader(value) as Record<string, unknown>;
    } catch {
      return { token: null, unknown: "malformed" };
    }
    if (isRefusedHeader(header)) return { token: null, unknown: "malformed" };
    const key = (await keysNow()).get(header.kid as string);
    if (key === undefined || header.alg !== key.algorithm) return { token: null, unknown: "wrong_key" };
    let payload: Record<string, unknown>;
    try {
      const verified = await compactVerify(value, key.key, { algorithms: [key.algorithm] });
      payload = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(verified.payload)) as Record<
        string,
        unknown
      >;
    } catch (error) {
      return {
        token: null,
        unknown: error instanceof errors.JWSSignatureVerificationFailed ? "bad_signature" : "malformed",
      };
    }
    const id = payload?.jti;
    if (typeof id !== "string" || payload.iss !== issuer)
      return { token: null, unknown: "unregistered", forgedWith: key.kid };
    const entry = await find(id);
    const left = entry === null ? await findPurgedWeek(id) : null;
    if (left?.isLost === true) return { token: null, unknown: "lost" };
    if (wasExpired(left, payload.exp)) return { token: null, unknown: "purged" };
    if (entry === null || entry.token.format !== "jwt" || entry.token.signingKid !== key.kid)
      return { token: null, unknown: "unregistered", forgedWith: key.kid };
    return readingOf(entry, digest, under);
  }

  async function readOpaque(value: string, digest: Buffer, under: string): Promise<Reading> {
    const parsed = parseOpaque(value);
    if (parsed === null) return { token: null, unknown: "malformed" };
    const entry = await find(parsed.id);
    const left = entry === null ? await findPurgedWeek(parsed.id) : null;
    if (left !== null) return { token: null, unknown: left.isLost ? "lost" : "purged" };
    if (entry === null || entry.token.format !== "opaque" || entry.token.kind !== parsed.kind)
      return { token: null, unknown: "unknown" };
    return readingOf(entry, digest, under);
  }

  /** The id that a value claims, unproven. */
  function claimedId(value: string): string | null {
    if (isOpaque(value)) return parseOpaque(value)?.id ?? null;
    if (!JWT.test(value)) return null;
    try {
      const { jti } = decodeJwt(value);
      return typeof jti === "string" ? jti : null;
    } catch {
      return null;
    }
  }

  return {
    get size() {
      return cache.size;
    },
    async identify(value) {
      if (value.length > MAX_TOKEN_LENGTH) return null;
      const digest = hash("sha256", value, "buffer");
      const known = findHeld(digest);
      if (known !== null) return known;
      const id = claimedId(value);
      const entry = id === null ? null : await find(id);
      return entry !== null && timingSafeEqual(entry.valueHash, digest) ? entry.token : null;
    },
    async read(value) {
      if (value.length > MAX_TOKEN_LENGTH) return { token: null, unknown: "malformed" };
      // also clears the cache when the keys have changed
      await keysNow();
      const digest = hash("sha256", value, "buffer");
      const known = findHeld(digest);
      if (known !== null) return { token: known, isAltered: false };
      const under = cachedUnder;
      if (isOpaque(value)) return readOpaque(value, digest, under);
      return JWT.test(value) ? readJwt(value, digest, under) : { token: null, unknown: "malformed" };
    },
  };
}

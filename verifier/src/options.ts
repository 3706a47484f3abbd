import { VerifierError } from "./errors.ts";
import type { VerifierEvent } from "./events.ts";

export type Revocation = "feed" | "status-list" | "introspection" | "none";
export type Mode = "strict" | "lenient";

export type ReportOptions = {
  /** A file of this process alone, where reports wait so that a crash loses none. */
  path?: string;
  /** Reports that may wait, 1 to 1,000,000; 10,000 where nothing is said. */
  capacity?: number;
  /** Refuse what cannot be put on record: `verify` waits for the disk where there is a path, and refuses when the buffer is full. */
  isStrict?: boolean;
};

export type VerifierOptions = {
  /** The authority's issuer, an origin: `https://auth.example.com`. */
  issuer: string;
  /** The names or addresses one of which a token must be for. */
  audience: string | readonly string[];
  /** The verifier's own secret, `twv_…`, from its page in the console. */
  secret?: string;
  /** `feed` where there is a secret, else `status-list`. */
  revocation?: Revocation;
  /** The console's setting where nothing is said. Strict wins over lenient, whoever says it. */
  mode?: Mode;
  /** 1 to 3,600; from 15 with the status list. The smaller of this and the console's setting holds, where the feed tells it; 60 where nothing is said. */
  maxStalenessSeconds?: number;
  /** 0 to 120; 30 where nothing is said. */
  clockToleranceSeconds?: number;
  /** Signature algorithms of tokens, a subset of ES256, RS256, PS256, EdDSA; all of them where nothing is said. */
  algorithms?: readonly string[];
  /** How old the signing keys may be before they are fetched again: 10 to 86,400; 600 where nothing is said. */
  keysMaxAgeSeconds?: number;
  /** How long an answer of the authority may take: 100 to 60,000; 5,000 where nothing is said. */
  timeoutMs?: number;
  /** Introspections under way at once: 1 to 1,000; 50 where nothing is said. As many again, twenty times over, may wait. */
  introspectionConcurrency?: number;
  /** Where the authority is reached, if not at its issuer: an origin. */
  authorityUrl?: string;
  /** Plain HTTP to another machine. Loopback needs no leave. */
  allowInsecureHttp?: boolean;
  /** false: uses are not reported. They are where there is a secret, but for introspection, which records them itself. */
  reports?: ReportOptions | false;
  /** Told what happens, for the log. It must not block; what it throws is ignored. */
  onEvent?: (event: VerifierEvent) => void;
};

export type Settings = {
  issuer: string;
  authorityUrl: string;
  audiences: string[];
  secret: string | null;
  revocation: Revocation;
  mode: Mode | null;
  maxStalenessMs: number | null;
  clockToleranceSeconds: number;
  algorithms: string[];
  keysMaxAgeMs: number;
  timeoutMs: number;
  introspectionConcurrency: number;
  reports: { path: string | null; capacity: number; isStrict: boolean } | null;
};

export const DEFAULT_MAX_STALENESS_MS = 60_000;
/** A list is signed every 5 s and asked for three times within the bound: with a shorter one good tokens would be refused now and then. */
const LEAST_LIST_STALENESS = 15;
const ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"];
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;
const KNOWN = new Set([
  "issuer",
  "audience",
  "secret",
  "revocation",
  "mode",
  "maxStalenessSeconds",
  "clockToleranceSeconds",
  "algorithms",
  "keysMaxAgeSeconds",
  "timeoutMs",
  "introspectionConcurrency",
  "authorityUrl",
  "allowInsecureHttp",
  "reports",
  "onEvent",
]);

function refuse(message: string): never {
  throw new VerifierError("invalid_option", message);
}

function parseNumberIn(name: string, value: unknown, min: number, max: number, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number" || !Number.isFinite(value) || value < min || value > max)
    refuse(`${name}: a number from ${min} to ${max}`);
  return value as number;
}

function parseOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) refuse(`${name}: one of ${allowed.join(", ")}`);
  return value as T;
}

function parseOrigin(name: string, value: unknown, isInsecureAllowed: boolean): string {
  const url = typeof value === "string" ? tryUrl(value) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
    refuse(`${name}: an http(s) origin`);
  const { origin, pathname, search, hash, username, hostname, protocol } = url as URL;
  if (pathname !== "/" || search !== "" || hash !== "" || username !== "")
    refuse(`${name}: an origin, without path or query`);
  if (protocol === "http:" && !isInsecureAllowed && !LOOPBACK.test(hostname))
    refuse(`${name}: plain HTTP to another machine needs allowInsecureHttp`);
  return origin;
}

function tryUrl(value: string): URL | null {
  try {
    return new URL(value);
  } catch {
    return null;
  }
}

function parseNames(name: string, value: unknown): string[] {
  const names = typeof value === "string" ? [value] : value;
  if (
    !Array.isArray(names) ||
    names.length === 0 ||
    names.some((one) => typeof one !== "string" || one === "")
  )
    refuse(`${name}: a name, or a list of names`);
  return [...(names as string[])];
}

function parseReports(options: VerifierOptions): Settings["reports"] {
  const { reports, secret } = options;
  if (reports === false || (reports === undefined && secret === undefined)) return null;
  if (secret === undefined) refuse("reports: need a secret");
  const { path, capacity, isStrict, ...others } = reports ?? {};
  for (const name of Object.keys(others)) refuse(`reports.${name} is not an option`);
  if (path !== undefined && (typeof path !== "string" || path === "")) refuse("reports.path: a file's path");
  if (isStrict !== undefined && typeof isStrict !== "boolean") refuse("reports.isStrict: true or false");
  return {
    path: path ?? null,
    capacity: Math.floor(parseNumberIn("reports.capacity", capacity, 1, 1_000_000, 10_000)),
    isStrict: isStrict ?? false,
  };
}

/** @throws {VerifierError} `invalid_option` that names the option and what it may be. */
export function parseOptions(options: VerifierOptions): Settings {
  for (const name of Object.keys(options)) if (!KNOWN.has(name)) refuse(`${name} is not an option`);
  const isInsecureAllowed = options.allowInsecureHttp === true;
  const issuer = parseOrigin("issuer", options.issuer, isInsecureAllowed);
  const { secret } = options;
  if (secret !== undefined && (typeof secret !== "string" || !/^twv_[\x21-\x7e]{16,256}$/.test(secret)))
    refuse("secret: a verifier's secret begins with twv_");
  const revocation = parseOneOf(
    "revocation",
    options.revocation ?? (secret === undefined ? "status-list" : "feed"),
    ["feed", "status-list", "introspection", "none"] as const,
  );
  if (secret === undefined && (revocation === "feed" || revocation === "introspection"))
    refuse(`revocation: ${revocation} needs a secret`);
  const algorithms = parseNames("algorithms", options.algorithms ?? ALGORITHMS);
  for (const name of algorithms) parseOneOf("algorithms", name, ALGORITHMS);
  const staleness = options.maxStalenessSeconds;
  const leastStaleness = revocation === "status-list" ? LEAST_LIST_STALENESS : 1;
  return {
    issuer,
    authorityUrl:
      options.authorityUrl === undefined
        ? issuer
        : parseOrigin("authorityUrl", options.authorityUrl, isInsecureAllowed),
    audiences: parseNames("audience", options.audience),
    secret: secret ?? null,
    revocation,
    mode:
      options.mode === undefined ? null : parseOneOf("mode", options.mode, ["strict", "lenient"] as const),
    maxStalenessMs:
      staleness === undefined
        ? null
        : parseNumberIn("maxStalenessSeconds", staleness, leastStaleness, 3_600, 0) * 1_000,
    clockToleranceSeconds: parseNumberIn("clockToleranceSeconds", options.clockToleranceSeconds, 0, 120, 30),
    algorithms,
    keysMaxAgeMs: parseNumberIn("keysMaxAgeSeconds", options.keysMaxAgeSeconds, 10, 86_400, 600) * 1_000,
    timeoutMs: parseNumberIn("timeoutMs", options.timeoutMs, 100, 60_000, 5_000),
    introspectionConcurrency: Math.floor(
      parseNumberIn("introspectionConcurrency", options.introspectionConcurrency, 1, 1_000, 50),
    ),
    reports: parseReports(options),
  };
}

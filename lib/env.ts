import { accessSync, constants } from "node:fs";
import { isIP } from "node:net";
import path from "node:path";
import { z } from "zod";
import { NOTHING_ALLOWED, type OutboundAllow, readOutboundAllow } from "./outbound/allow-list.ts";

/** Where a flood ends; see docs/decisions/0015-bounds.md. Rates are per second and process, with a burst of two to ten seconds' worth. */
export interface EnvBounds {
  /** Requests of one caller under way at once while other callers are there. */
  callerShare: number;
  /** Requests of one caller that may wait for their turn. */
  callerWaiting: number;
  /** Failed authentications of one address. */
  failuresPerSecond: number;
  /** Values that are no tokens of ours, of one verifier or client. */
  garbagePerSecond: number;
  /** Authorizations that one address begins. */
  authorizationsPerSecond: number;
  /** Requests of one admin or API token to `/api`. */
  apiRequestsPerSecond: number;
  /** Requests of one address to the console, of any kind. */
  consoleRequestsPerSecond: number;
}

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** What the process was told by its environment, parsed once; see the table in README.md. */
export interface Env {
  consolePort: number;
  authorityPort: number;
  /** Loopback port of `/metrics`. */
  metricsPort: number;
  /** False when nobody asked for `metricsPort`: then any free port will do if it is taken. */
  metricsPortIsSet: boolean;
  /** Absolute path. */
  dataDir: string;
  /** Undefined: the embedded database of `dataDir`. */
  databaseUrl: string | undefined;
  /** Where the embedded database lies, for the processes that use it; undefined for a database elsewhere. */
  databaseDir: string | undefined;
  /** Origin under which admins reach the console. */
  consoleUrl: string;
  /** Issuer identifier of the authority; an origin. */
  authorityIssuer: string;
  environmentName: string;
  /** Addresses and CIDR ranges whose forwarded address is believed. */
  trustedProxies: string[];
  /** What may be called although it is not public; see docs/decisions/0033-shared-signals.md. */
  outboundAllow: OutboundAllow;
  /** A country database of the operator's own, absolute path; undefined for the one that comes along. */
  countryDatabase: string | undefined;
  tls: { certPath: string; keyPath: string } | undefined;
  /** 32 bytes. */
  masterKey: Buffer | undefined;
  /** The key that is to follow it, 32 bytes: opened by, and wrapped under once `keys rewrap` has made it the one in force. */
  masterKeyNext: Buffer | undefined;
  /** Where the master key is kept, absolute path; undefined for the data folder. */
  masterKeyFile: string | undefined;
  /** Where signed checkpoints are kept beside the database, absolute path. */
  checkpointFile: string;
  adminEmail: string | undefined;
  adminPassword: string | undefined;
  demo: boolean;
  bounds: EnvBounds;
  logLevel: (typeof LOG_LEVELS)[number];
  /** False when nobody asked for `logLevel`: then a terminal shows warnings and above. */
  logLevelIsSet: boolean;
}

/** A variable has a value that cannot be used. `message` is one line for a person and holds no secret. */
export class EnvError extends Error {
  readonly variable: string;
  constructor(variable: string, requirement: string) {
    super(`${variable} ${requirement}`);
    this.name = "EnvError";
    this.variable = variable;
  }
}

/** A schema that turns text into a value, or says what is allowed; `read` returns undefined for a refusal. */
function text<T>(read: (value: string) => T | undefined, requirement: string, echo = true) {
  return z
    .string()
    .transform((value, context) => {
      const result = read(value);
      if (result === undefined) {
        const shown = JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
        context.addIssue({ code: "custom", message: echo ? `${requirement}, not ${shown}` : requirement });
        return z.NEVER;
      }
      return result;
    })
    .optional();
}

function readPort(value: string): number | undefined {
  if (!/^\d{1,5}$/.test(value)) return undefined;
  const port = Number(value);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** An origin as its URL writes it, or undefined for what is none or has more to it. */
export function readOrigin(value: string): string | undefined {
  const url = URL.parse(value);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  const isBare = url.pathname === "/" && !url.search && !url.hash && !url.username && !url.password;
  return isBare && !value.includes("?") && !value.includes("#") ? url.origin : undefined;
}

function isAddressRange(value: string): boolean {
  const [address = "", prefix, ...rest] = value.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

function readProxies(value: string): string[] | undefined {
  const ranges = value.split(/[\s,]+/).filter((range) => range !== "");
  return ranges.every(isAddressRange) ? ranges : undefined;
}

function readDatabaseUrl(value: string): string | undefined {
  const url = URL.parse(value);
  return url && (url.protocol === "postgres:" || url.protocol === "postgresql:") ? value : undefined;
}

function readMasterKey(value: string): Buffer | undefined {
  const isBase64 = /^[A-Za-z0-9+/]{43}=$/.test(value);
  const key = Buffer.from(value, "base64");
  return isBase64 && key.length === 32 && key.toString("base64") === value ? key : undefined;
}

function readCount(value: string): number | undefined {
  if (!/^\d{1,7}$/.test(value)) return undefined;
  const count = Number(value);
  return count >= 1 && count <= 1_000_000 ? count : undefined;
}

function readFlag(value: string): boolean | undefined {
  if (value === "1" || value === "true") return true;
  return value === "0" || value === "false" ? false : undefined;
}

function readFilePath(value: string): string | undefined {
  const file = path.resolve(value);
  try {
    accessSync(file, constants.R_OK);
    return file;
  } catch {
    return undefined;
  }
}

const PORT = "must be a port from 1 to 65535";
const ORIGIN = "must be an origin such as https://tokens.example.com (http or https, no path, query or user)";
const COUNT = "must be a whole number from 1 to 1000000";
const MASTER_KEY = "must be exactly 32 bytes in base64 (openssl rand -base64 32)";
const READABLE = "must be the path of a readable PEM file";

const variables = z.object({
  CONSOLE_PORT: text(readPort, PORT),
  AUTHORITY_PORT: text(readPort, PORT),
  METRICS_PORT: text(readPort, PORT),
  DATA_DIR: text((value) => (value.includes("\0") ? undefined : path.resolve(value)), "must be a folder"),
  DATABASE_URL: text(readDatabaseUrl, "must be a postgres://user:password@host:port/database URL", false),
  DATABASE_DIR: text((value) => (path.isAbsolute(value) ? value : undefined), "must be an absolute path"),
  CONSOLE_URL: text(readOrigin, ORIGIN),
  AUTHORITY_ISSUER: text(readOrigin, ORIGIN),
  ENVIRONMENT_NAME: text(
    (value) => (/^[\p{L}\p{N}\p{P}\p{S} ]{1,40}$/u.test(value) ? value : undefined),
    "must be a name of 1 to 40 printable characters",
  ),
  TRUSTED_PROXIES: text(
    readProxies,
    "must be addresses or CIDR ranges separated by commas, such as 10.0.0.0/8,::1",
  ),
  OUTBOUND_ALLOW: text(
    readOutboundAllow,
    "must be addresses, CIDR ranges, host names and http origins separated by commas, such as 10.0.0.0/8,siem.internal",
  ),
  COUNTRY_DATABASE: text(readFilePath, "must be the path of a readable MaxMind DB file (.mmdb)"),
  TLS_CERT: text(readFilePath, READABLE),
  TLS_KEY: text(readFilePath, READABLE),
  MASTER_KEY: text(readMasterKey, MASTER_KEY, false),
  MASTER_KEY_NEXT: text(readMasterKey, MASTER_KEY, false),
  MASTER_KEY_FILE: text(
    (value) => (value.includes("\0") ? undefined : path.resolve(value)),
    "must be the path of a file",
  ),
  CHECKPOINT_FILE: text(
    (value) => (value.includes("\0") ? undefined : path.resolve(value)),
    "must be the path of a file",
  ),
  ADMIN_EMAIL: text(
    (value) => (z.email().max(254).safeParse(value).success ? value : undefined),
    "must be an e-mail address",
  ),
  ADMIN_PASSWORD: text(
    (value) => (value.length >= 12 && value.length <= 256 ? value : undefined),
    "must have 12 to 256 characters",
    false,
  ),
  CALLER_SHARE: text(readCount, COUNT),
  CALLER_WAITING: text(readCount, COUNT),
  FAILURES_PER_SECOND: text(readCount, COUNT),
  GARBAGE_PER_SECOND: text(readCount, COUNT),
  AUTHORIZATIONS_PER_SECOND: text(readCount, COUNT),
  API_REQUESTS_PER_SECOND: text(readCount, COUNT),
  CONSOLE_REQUESTS_PER_SECOND: text(readCount, COUNT),
  DEMO: text(readFlag, "must be 1 or 0"),
  LOG_LEVEL: text(
    (value) => LOG_LEVELS.find((level) => level === value),
    `must be one of ${LOG_LEVELS.join(", ")}`,
  ),
});

function requireBoth(source: Record<string, unknown>, one: string, other: string): void {
  if (source[one] !== undefined && source[other] === undefined)
    throw new EnvError(other, `must be set when ${one} is`);
  if (source[other] !== undefined && source[one] === undefined)
    throw new EnvError(one, `must be set when ${other} is`);
}

/**
 * Turns environment variables into settings. Unknown variables are ignored; an empty one counts as unset.
 *
 * @throws {EnvError} for the first value that cannot be used.
 */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const given: Record<string, string> = {};
  for (const name of Object.keys(variables.shape)) {
    const value = source[name]?.trim();
    if (value) given[name] = value;
  }
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new EnvError(String(issue?.path[0]), issue?.message ?? "has a value that cannot be used");
  }
  const values = parsed.data;
  requireBoth(given, "TLS_CERT", "TLS_KEY");
  requireBoth(given, "ADMIN_EMAIL", "ADMIN_PASSWORD");
  if (values.MASTER_KEY !== undefined && values.MASTER_KEY_FILE !== undefined)
    throw new EnvError("MASTER_KEY_FILE", "must not be set beside MASTER_KEY: which of them is meant?");

  const consolePort = values.CONSOLE_PORT ?? 3000;
  const authorityPort = values.AUTHORITY_PORT ?? 4000;
  const taken = [consolePort, authorityPort];
  if (consolePort === authorityPort)
    throw new EnvError("AUTHORITY_PORT", `must differ from CONSOLE_PORT, both are ${consolePort}`);
  if (values.METRICS_PORT !== undefined && taken.includes(values.METRICS_PORT))
    throw new EnvError(
      "METRICS_PORT",
      `must differ from CONSOLE_PORT and AUTHORITY_PORT, not ${values.METRICS_PORT}`,
    );
  const freeMetricsPort = [4001, 4002, 4003].find((port) => !taken.includes(port)) ?? 4001;

  const tls =
    values.TLS_CERT && values.TLS_KEY ? { certPath: values.TLS_CERT, keyPath: values.TLS_KEY } : undefined;
  const scheme = tls ? "https" : "http";
  const dataDir = values.DATA_DIR ?? path.resolve(".data");
  return {
    consolePort,
    authorityPort,
    metricsPort: values.METRICS_PORT ?? freeMetricsPort,
    metricsPortIsSet: values.METRICS_PORT !== undefined,
    dataDir,
    databaseUrl: values.DATABASE_URL,
    databaseDir: values.DATABASE_DIR,
    consoleUrl: values.CONSOLE_URL ?? `${scheme}://localhost:${consolePort}`,
    authorityIssuer: values.AUTHORITY_ISSUER ?? `${scheme}://localhost:${authorityPort}`,
    environmentName: values.ENVIRONMENT_NAME ?? "Development",
    trustedProxies: values.TRUSTED_PROXIES ?? [],
    outboundAllow: values.OUTBOUND_ALLOW ?? NOTHING_ALLOWED,
    countryDatabase: values.COUNTRY_DATABASE,
    tls,
    masterKey: values.MASTER_KEY,
    masterKeyNext: values.MASTER_KEY_NEXT,
    masterKeyFile: values.MASTER_KEY_FILE,
    checkpointFile: values.CHECKPOINT_FILE ?? path.join(dataDir, "checkpoints.jws"),
    adminEmail: values.ADMIN_EMAIL,
    adminPassword: values.ADMIN_PASSWORD,
    demo: values.DEMO ?? false,
    bounds: {
      callerShare: values.CALLER_SHARE ?? 16,
      callerWaiting: values.CALLER_WAITING ?? 1_000,
      failuresPerSecond: values.FAILURES_PER_SECOND ?? 20,
      garbagePerSecond: values.GARBAGE_PER_SECOND ?? 50,
      authorizationsPerSecond: values.AUTHORIZATIONS_PER_SECOND ?? 50,
      apiRequestsPerSecond: values.API_REQUESTS_PER_SECOND ?? 100,
      consoleRequestsPerSecond: values.CONSOLE_REQUESTS_PER_SECOND ?? 500,
    },
    logLevel: values.LOG_LEVEL ?? "info",
    logLevelIsSet: values.LOG_LEVEL !== undefined,
  };
}

let cached: Env | undefined;

/**
 * The settings of this process, parsed on first use.
 *
 * @throws {EnvError} for the first value that cannot be used.
 */
export function getEnv(): Env {
  cached ??= parseEnv(process.env);
  return cached;
}

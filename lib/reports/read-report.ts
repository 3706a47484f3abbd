import { z } from "zod";
import { cleanMethod, cleanPath, cleanText } from "../audit/clean-text.ts";
import { REFUSALS, type Refusal } from "../audit/use-words.ts";
import { plainAddress } from "../list-query/address.ts";

/** A use as a verifier tells it, read and cleaned, not yet held against the register. */
export type Report = {
  id: string;
  at: Date;
  tokenId: string;
  /** Null: allowed. */
  refusal: Refusal | null;
  method: string | null;
  path: string | null;
  ip: string | null;
  userAgent: string | null;
  audience: string | null;
  /** The answer's HTTP status. */
  status: number | null;
  /** Bytes of the answer. */
  bytes: number | null;
  latencyUs: number | null;
};

/** What can be read of a report: all of it, or at most its id. */
export type ReadReport = { report: Report } | { report: null; id: string | null };

const MAX_TEXT = 8_192;
const MAX_AUDIENCE = 256;
const MAX_LATENCY_US = 2_147_483_647;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INSTANT = z.core.regexes.datetime({ offset: true });
const REASONS: ReadonlySet<unknown> = new Set(REFUSALS);

/** A report as it comes. */
type Told = {
  id: string;
  at: string;
  token: string;
  outcome: "allowed" | "refused";
  refusal?: Refusal | null;
  method?: string | null;
  path?: string | null;
  ip?: string | null;
  user_agent?: string | null;
  audience?: string | null;
  status?: number | null;
  bytes?: number | null;
  latency_us?: number | null;
};

const isId = (value: unknown) => typeof value === "string" && value.length === 36 && UUID.test(value);
const isInstant = (value: unknown) => typeof value === "string" && INSTANT.test(value);
const isNothing = (value: unknown) => value === undefined || value === null;
const isText = (value: unknown) =>
  isNothing(value) || (typeof value === "string" && value.length <= MAX_TEXT);
const isName = (value: unknown) =>
  isNothing(value) || (typeof value === "string" && value.length > 0 && value.length <= MAX_AUDIENCE);
const isNumber = (value: unknown, least: number, most: number) =>
  isNothing(value) || (typeof value === "number" && value >= least && value <= most);
const isWhole = (value: unknown, least: number, most: number) =>
  isNumber(value, least, most) && (isNothing(value) || Number.isInteger(value));

/**
 * Whether a value is a report. By hand, where all else that comes from outside is held against a schema: what a schema notes of each field on its way is more than
 * the report itself, a million times a day, and the collector's work (0030). A test holds the two against each other.
 */
function isTold(value: unknown): value is Told {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const told = value as { readonly [Name in keyof Told]?: unknown };
  return (
    isId(told.id) &&
    isInstant(told.at) &&
    isId(told.token) &&
    (told.outcome === "allowed"
      ? isNothing(told.refusal)
      : told.outcome === "refused" && REASONS.has(told.refusal)) &&
    isText(told.method) &&
    isText(told.path) &&
    isText(told.ip) &&
    isText(told.user_agent) &&
    isName(told.audience) &&
    isWhole(told.status, 100, 599) &&
    isWhole(told.bytes, 0, Number.MAX_SAFE_INTEGER) &&
    isNumber(told.latency_us, 0, MAX_LATENCY_US)
  );
}

/** An address in the one spelling of the log. */
function addressOf(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  return plainAddress(text);
}

function idOf(value: unknown): string | null {
  const id = (value as { id?: unknown } | null)?.id;
  return isId(id) ? (id as string).toLowerCase() : null;
}

/**
 * Reads one report. What tells which use it was must be whole: id, time, token, outcome, and why it was refused. What only describes it (method, path,
 * address, user agent) is left out where it is none: a use is not lost for the sake of an odd header.
 */
export function readReport(value: unknown): ReadReport {
  if (!isTold(value)) return { report: null, id: idOf(value) };
  return {
    report: {
      id: value.id.toLowerCase(),
      at: new Date(value.at),
      tokenId: value.token.toLowerCase(),
      refusal: value.refusal ?? null,
      method: cleanMethod(value.method?.toUpperCase() ?? null),
      path: cleanPath(value.path ?? null),
      ip: addressOf(value.ip),
      userAgent: cleanText(value.user_agent ?? null, 256),
      audience: value.audience ?? null,
      status: value.status ?? null,
      bytes: value.bytes ?? null,
      latencyUs: isNothing(value.latency_us) ? null : Math.round(value.latency_us as number),
    },
  };
}

import { isIP } from "node:net";
import { z } from "zod";
import { cleanMethod, cleanPath, cleanText } from "../audit/clean-text.ts";
import { REFUSALS, type Refusal } from "../audit/use-words.ts";

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
// a pattern alone: what transforms on the way costs as much again as all the rest, a million times a day
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const uuid = z.string().max(36).regex(UUID);
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const text = z.string().max(MAX_TEXT);

const SHAPE = z.object({
  id: uuid,
  at: z.iso.datetime({ offset: true }),
  token: uuid,
  outcome: z.enum(["allowed", "refused"]),
  refusal: z.enum(REFUSALS).nullish(),
  method: text.nullish(),
  path: text.nullish(),
  ip: text.nullish(),
  user_agent: text.nullish(),
  audience: z.string().min(1).max(256).nullish(),
  status: z.int().min(100).max(599).nullish(),
  bytes: count.nullish(),
  latency_us: z.number().min(0).max(2_147_483_647).nullish(),
});

/** An IPv4 address as it is written everywhere else, also where a socket of both families tells it. */
function addressOf(text: string | null | undefined): string | null {
  const address = text?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "") ?? "";
  return isIP(address) === 0 || address.includes("%") ? null : address;
}

function idOf(value: unknown): string | null {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === "string" && id.length === 36 && UUID.test(id) ? id.toLowerCase() : null;
}

/**
 * Reads one report. What tells which use it was must be whole: id, time, token, outcome, and why it was refused. What only describes it (method, path,
 * address, user agent) is left out where it is none: a use is not lost for the sake of an odd header.
 */
export function readReport(value: unknown): ReadReport {
  const parsed = SHAPE.safeParse(value);
  if (!parsed.success) return { report: null, id: idOf(value) };
  const { data } = parsed;
  const isRefused = data.outcome === "refused";
  if (isRefused !== (data.refusal != null)) return { report: null, id: data.id.toLowerCase() };
  return {
    report: {
      id: data.id.toLowerCase(),
      at: new Date(data.at),
      tokenId: data.token.toLowerCase(),
      refusal: data.refusal ?? null,
      method: cleanMethod(data.method?.toUpperCase() ?? null),
      path: cleanPath(data.path ?? null),
      ip: addressOf(data.ip),
      userAgent: cleanText(data.user_agent ?? null, 256),
      audience: data.audience ?? null,
      status: data.status ?? null,
      bytes: data.bytes ?? null,
      latencyUs: data.latency_us == null ? null : Math.round(data.latency_us),
    },
  };
}

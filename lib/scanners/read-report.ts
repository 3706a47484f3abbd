import { hash } from "node:crypto";
import { z } from "zod";
import { cleanText } from "../audit/clean-text.ts";
import { isUuid, uuidv7Time } from "../ids.ts";
import { REPORT_VALUES_MAX, REPORTED_TOKEN_MAX } from "./model.ts";

/** One found value as it is handled from here on: never the value. */
export type ReportedValue = {
  /** SHA-256. */
  hash: Buffer;
  /** What it names itself, where it is in the shape of a JWT. */
  jti: string | null;
  type: string;
  url: string | null;
  source: string | null;
};

/** What may come beside a value; what is kept of it is shorter. */
const BESIDE_MAX = 20_000;

const found = z.object({
  token: z.string().trim().min(1).max(REPORTED_TOKEN_MAX),
  type: z.string().max(BESIDE_MAX).default(""),
  url: z.string().max(BESIDE_MAX).nullish(),
  source: z.string().max(BESIDE_MAX).nullish(),
});

/** As GitHub's secret scanning sends it to its partners; what else it may have is left alone. */
const REPORT = z.array(found).min(1).max(REPORT_VALUES_MAX);

const TYPE_MAX = 80;
const URL_MAX = 512;

function jtiOf(value: string): string | null {
  const [, payload = "", signature] = value.split(".");
  if (signature === undefined) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const { jti } = claims as { jti?: unknown };
    return typeof jti === "string" && isUuid(jti) && uuidv7Time(jti) !== null ? jti : null;
  } catch {
    return null;
  }
}

/** What a scanner says beside a value, without the value, and without what looks like another. */
function without(value: string, text: string | null | undefined, length: number): string | null {
  return cleanText(text?.replaceAll(value, "[redacted]").replace(/[\s\p{Zl}\p{Zp}]+/gu, " ") ?? null, length);
}

/** Where it was found: the address alone. What stands after `?` or `#`, or before `@`, may be somebody's secret. */
function placeOf(value: string, text: string | null | undefined): string | null {
  const url = text == null ? null : URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return without(value, text, URL_MAX);
  return without(value, `${url.protocol}//${url.host}${url.pathname}`, URL_MAX);
}

/**
 * Turns the body of a report into hashes and what is said of them; null where it is no report. The values are not kept by anything that comes of it, and no fault
 * repeats one.
 *
 * @see https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partner-program
 */
export function readReport(body: unknown): ReportedValue[] | null {
  const parsed = REPORT.safeParse(body);
  if (!parsed.success) return null;
  return parsed.data.map(({ token: value, type, url, source }) => {
    return {
      hash: hash("sha256", value, "buffer"),
      jti: jtiOf(value),
      type: without(value, type, TYPE_MAX) ?? "",
      url: placeOf(value, url),
      source: without(value, source, TYPE_MAX),
    };
  });
}

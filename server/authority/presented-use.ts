import type { FastifyRequest } from "fastify";
import { redactSecrets } from "#lib/audit/redact.ts";
import type { Services } from "./services.ts";

/** Where a token was presented, as a registered verifier forwards it. */
export type PresentedUse = {
  method: string | null;
  path: string | null;
  ip: string | null;
  userAgent: string | null;
};

const METHOD = /^[A-Z]{1,16}$/;

function first(value: string | string[] | undefined): string | null {
  return value === undefined ? null : Array.isArray(value) ? (value[0] ?? null) : value;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it takes out
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text of a header as it may be kept: no control characters, no secrets, bounded. */
export function clean(text: string | null, length: number): string | null {
  return text === null ? null : redactSecrets(text.replace(CONTROL, "")).slice(0, length) || null;
}

/** The path alone: query strings hold secrets of others. */
export function pathOf(target: string | null): string | null {
  if (target === null) return null;
  const path = target.startsWith("http")
    ? (URL.parse(target)?.pathname ?? null)
    : (target.split(/[?#]/, 1)[0] ?? null);
  return clean(path, 512);
}

/** Reads what the verifier forwards: X-Forwarded-For, X-Original-/X-Forwarded-Method and -URI, User-Agent. Believe it only from a verifier. */
export function readPresentedUse(services: Services, request: FastifyRequest): PresentedUse {
  const { headers } = request;
  const method = first(headers["x-original-method"] ?? headers["x-forwarded-method"]);
  return {
    method: method !== null && METHOD.test(method) ? method : null,
    path: pathOf(first(headers["x-original-uri"] ?? headers["x-forwarded-uri"] ?? headers["x-original-url"])),
    ip: services.addresses.spokenOf(request.raw),
    userAgent: clean(first(headers["user-agent"]), 256),
  };
}

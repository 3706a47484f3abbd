import { z } from "zod";
import { holdsSecret } from "#lib/audit/redact.ts";
import { DomainError, type FieldProblem } from "#lib/errors.ts";
import type { TableDeclaration } from "#lib/list-query/define-table.ts";
import { parseListQueryStrict } from "#lib/list-query/parse-list-query.ts";
import { issueWords } from "./issue-words.ts";
import { requireStorable } from "./storable.ts";

/** Enough to mend a form by; an answer is never much longer than the request. */
const MAX_FIELD_PROBLEMS = 50;

/** The query of a request's address, and of a list its filters, sort, size and cursor. @throws {DomainError} INVALID_INPUT */
export function parseQuery(
  schema: z.ZodType | undefined,
  table: TableDeclaration | undefined,
  url: string,
): { query: unknown; list: unknown } {
  const given = readQuery(url);
  requireStorable(Object.fromEntries(given), "query");
  const own = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  if (table === undefined) {
    const strict = schema instanceof z.ZodObject ? schema.strict() : (schema ?? z.strictObject({}));
    return { query: parsePart(strict, Object.fromEntries(given), "query"), list: undefined };
  }
  const list = parseListQueryStrict(table, Object.fromEntries(given), own);
  const rest = [...given].filter(([name]) => own.includes(name));
  return { query: parsePart(schema, Object.fromEntries(rest), "query"), list };
}

function readQuery(url: string): Map<string, string | string[]> {
  const query = new Map<string, string | string[]>();
  for (const [name, value] of new URL(url).searchParams) {
    const before = query.get(name);
    query.set(name, before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]);
  }
  return query;
}

/** One part of a request by its schema. @throws {DomainError} INVALID_INPUT naming each parameter. */
export function parsePart(
  schema: z.ZodType | undefined,
  value: unknown,
  place: "path" | "query" | "body",
): unknown {
  if (schema === undefined) return {};
  requireStorable(value, place);
  const parsed = schema.safeParse(value, { error: issueWords });
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues
    .flatMap(fieldProblems)
    .slice(0, MAX_FIELD_PROBLEMS)
    .map(({ path, message }) => ({ path: path || place, message }));
  const first = fields[0];
  throw new DomainError("INVALID_INPUT", first ? `${first.path}: ${first.message}` : "Bad input.", {
    fields,
  });
}

const NO_FIELDS = z.strictObject({}).optional();

/** What is sent to a change that takes no body: nothing, or an object without fields. @throws {DomainError} INVALID_INPUT naming each field. */
export function requireNoFields(body: unknown): void {
  parsePart(NO_FIELDS, body, "body");
}

function fieldProblems(issue: z.core.$ZodIssue): FieldProblem[] {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: (path === "" ? key : `${path}.${key}`).slice(0, 100),
      message: "is not a known parameter",
    }));
  return [{ path, message: issue.message }];
}

/** What is sent to be used and not kept: hashed, sealed or compared; a file's part, whose cells are looked at one by one when it is read. */
const SENT_TO_BE_USED = new Set([
  "setupToken",
  "enrolment",
  "password",
  "code",
  "authorization",
  "content",
  "challenge",
  "passkey",
  "clientSecret",
]);

/** Whether a body has something that is sent to be used and not kept. */
export function holdsSent(body: unknown): boolean {
  return (
    typeof body === "object" && body !== null && Object.keys(body).some((key) => SENT_TO_BE_USED.has(key))
  );
}

/** Names, notes and settings are shown and kept for years: a token that was pasted into one is not taken. */
export function requireNoSecret<T>(body: T, at: string[] = []): T {
  if (typeof body === "string" && holdsSecret(body)) {
    const path = at.join(".");
    const message = "looks like a token or a secret, which is not kept here";
    throw new DomainError("INVALID_INPUT", `${path}: ${message}.`, { fields: [{ path, message }] });
  }
  if (typeof body === "object" && body !== null)
    for (const [key, inner] of Object.entries(body)) {
      requireNoSecret(key, [...at, "key"]);
      if (at.length > 0 || !SENT_TO_BE_USED.has(key)) requireNoSecret(inner, [...at, key]);
    }
  return body;
}

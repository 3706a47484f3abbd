import type { Sql } from "../db/sql.ts";
import { ERASED_NAME, erasedEmail } from "./model.ts";

/** Shorter names, and those of one word, stand in too much that is not about the person. */
const NAME_MIN = 6;

/** What stands in a text where somebody was named. */
export const IN_PLACE = "[erased]";

/** What a mention is replaced by: what stood before it, and that. */
const ERASED_MENTION = `\\1\\2${IN_PLACE}`;

/** What a person was ever called, and how it is found in a text. */
export type Mentions = {
  emails: string[];
  names: string[];
  /** A regular expression of PostgreSQL, without regard to case; null where there is nothing to look for. */
  pattern: string | null;
};

// what they are called, and what acts and files say that they were called
const KNOWN = `
  WITH said AS (
    SELECT email, name FROM user_account WHERE id = $1::uuid
    UNION ALL SELECT s.value ->> 'email', s.value ->> 'name' FROM audit_entry e CROSS JOIN LATERAL (VALUES (e.before), (e.after)) AS s(value)
      WHERE e.target_kind = 'user' AND e.target_id = $1::text AND jsonb_typeof(s.value) = 'object'
    UNION ALL SELECT r.value ->> 'email', r.value ->> 'name' FROM people_import_row i CROSS JOIN LATERAL (VALUES (i.before), (i.given)) AS r(value)
      WHERE i.target_id = $1::uuid AND jsonb_typeof(r.value) = 'object'
    UNION ALL SELECT e.target_name, NULL FROM audit_entry e WHERE e.target_kind = 'user' AND e.target_id = $1::text AND e.target_name LIKE '%@%'
  )
  SELECT coalesce(array_agg(DISTINCT lower(email)) FILTER (WHERE email IS NOT NULL), '{}') AS emails,
    coalesce(array_agg(DISTINCT name) FILTER (WHERE name IS NOT NULL), '{}') AS names FROM said`;

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

const anyOf = (texts: readonly string[]) =>
  [...new Set(texts)]
    .sort((one, other) => other.length - one.length)
    .map(escaped)
    .join("|");

/** A value as it may stand in an address, where that is not as it stands in a text. */
function writingsInUrl(value: string): string[] {
  const inUrl = encodeURIComponent(value);
  // of a query it is another writing, that of a form
  const inForm = new URLSearchParams([["", value]]).toString().slice(1);
  const all = [inUrl, inUrl.replaceAll("%20", "+"), inForm, inForm.replaceAll("%40", "@")];
  return all.filter((one) => one !== value);
}

/** An escape of an address that ends a word: of anything but a `+`, which an e-mail address may have. */
const ESCAPE = "%(?:[013-9A-F][0-9A-F]|2[0-9AC-F])";

/**
 * How somebody is found in a text, in JSON, and in the query of an address: as a whole word, not in the middle of another's address. What stands before it is matched
 * and is one of its two groups (`ERASED_MENTION` puts it back): a look behind of more than a letter takes PostgreSQL fifty times as long.
 *
 * @param values what they are called.
 */
export function patternOf(values: readonly string[]): string | null {
  if (values.length === 0) return null;
  const inText = anyOf(values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]));
  const inUrl = anyOf(values.flatMap(writingsInUrl));
  // in JSON a line's end is an escape that looks like a letter
  const text = `(^|[^[:alnum:]_.+-]|\\\\[bfnrt]|${ESCAPE})(?:${inText})`;
  const url = `(^|[^[:alnum:]_.-]|${ESCAPE})(?:${inUrl})`;
  return `(?:${text}|${url})(?![[:alnum:]_]|[.-][[:alnum:]])`;
}

/** Whether a text has it as a whole word. */
export function isNamedIn(text: string, name: string): boolean {
  if (name === "") return false;
  return new RegExp(`(?<![\\p{L}\\p{N}_])${escaped(name)}(?![\\p{L}\\p{N}_])`, "iu").test(text);
}

/** What a person was ever called, as far as it is on record. */
export async function readMentions(sql: Sql, userId: string): Promise<Mentions> {
  const [known] = await sql.query<{ emails: string[]; names: string[] }>(KNOWN, [userId]);
  const emails = (known?.emails ?? []).filter((email) => email !== erasedEmail(userId));
  const names = (known?.names ?? []).filter((name) => name !== ERASED_NAME);
  const isTelling = (name: string) => name.length >= NAME_MIN && /\S\s+\S/.test(name);
  return { emails, names, pattern: patternOf([...emails, ...names.filter(isTelling)]) };
}

/** Texts outside of the log in which a person may be named, by table. `json`: of any depth. */
export const MENTIONING: readonly { table: string; column: string; kind: "text" | "json" | "texts" }[] = [
  { table: "revocation_order", column: "target_name", kind: "text" },
  { table: "revocation_order", column: "actor_name", kind: "text" },
  { table: "revocation_order", column: "note", kind: "text" },
  { table: "incident", column: "title", kind: "text" },
  { table: "incident", column: "compromised_why", kind: "text" },
  { table: "incident_subject", column: "name", kind: "text" },
  { table: "incident_step", column: "what", kind: "text" },
  { table: "incident_note", column: "text", kind: "text" },
  { table: "mail", column: "subject", kind: "text" },
  { table: "mail", column: "body", kind: "text" },
  { table: "notification", column: "title", kind: "text" },
  { table: "notification", column: "text", kind: "text" },
  { table: "notification", column: "subject_name", kind: "text" },
  { table: "notification", column: "actor_name", kind: "text" },
  { table: "leak_finding", column: "name", kind: "text" },
  { table: "leak_finding", column: "url", kind: "text" },
  { table: "leak_finding", column: "source", kind: "text" },
  { table: "detection", column: "facts", kind: "json" },
  { table: "detection_mute", column: "reason", kind: "text" },
  { table: "people_import", column: "file_name", kind: "text" },
  { table: "people_import_row", column: "remark", kind: "text" },
  { table: "people_import_row", column: "given", kind: "json" },
  { table: "people_import_row", column: "before", kind: "json" },
  { table: "list_export", column: "query", kind: "text" },
  { table: "saved_view", column: "query", kind: "text" },
  { table: "saved_view", column: "name", kind: "text" },
  { table: "preference", column: "value", kind: "json" },
  { table: "idempotency_key", column: "answer", kind: "text" },
  { table: "order_plan", column: "target_name", kind: "text" },
  { table: "order_plan", column: "confirm", kind: "text" },
  { table: "approval", column: "summary", kind: "text" },
  { table: "approval", column: "request", kind: "json" },
  { table: "approval", column: "shown", kind: "json" },
  { table: "approval", column: "reason", kind: "text" },
  { table: "approval", column: "note", kind: "text" },
  { table: "approval", column: "review_note", kind: "text" },
  { table: "approval", column: "changed", kind: "texts" },
  { table: "selection", column: "filters", kind: "json" },
  { table: "signal_event", column: "subject", kind: "json" },
  { table: "signal_event", column: "event", kind: "json" },
  { table: "client", column: "description", kind: "text" },
  { table: "user_group", column: "description", kind: "text" },
  { table: "verifier", column: "description", kind: "text" },
  { table: "signal_stream", column: "description", kind: "text" },
  { table: "notification_condition", column: "subject_name", kind: "text" },
];

/** Takes a person's names out of those texts. @returns how many texts it was. */
export async function eraseMentions(tx: Sql, pattern: string): Promise<number> {
  let texts = 0;
  for (const { table, column, kind } of MENTIONING) {
    const as = { text: "", json: "::jsonb", texts: "::text[]" }[kind];
    // a view's name is unique among its owner's
    const also =
      table === "saved_view" && column === "name"
        ? `, name_key = lower(regexp_replace(name, $1::text, '${ERASED_MENTION}', 'gi')) || ' ' || right(id::text, 6)`
        : "";
    const rows = await tx.query(
      `UPDATE ${table} SET ${column} = regexp_replace(${column}::text, $1::text, '${ERASED_MENTION}', 'gi')${as}${also}
       WHERE ${column}::text ~* $1::text RETURNING 1`,
      [pattern],
    );
    texts += rows.length;
  }
  return texts;
}

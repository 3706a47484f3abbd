import { type Act, recordEntries } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Transaction } from "../db/database.ts";
import { uuidv7 } from "../ids.ts";
import { readTokensOf } from "./case-tokens.ts";
import { readDetail } from "./get-incident.ts";
import { incidentTarget, readIncident } from "./incident-row.ts";
import type { OpenIncidentInput } from "./input.ts";
import type { IncidentDetail } from "./model.ts";
import { readSuggestedWindow } from "./read-suggested-window.ts";
import { type NamedSubject, nameSubjects, saveSubjects, subjectsWords } from "./save-subjects.ts";
import { setWindow, type Window } from "./set-window.ts";

/** What a case is opened with beside what a person says of it. */
export type OpeningOptions = {
  /** Its window where somebody has set one. */
  window?: Window | null;
  /** Its window where the log suggests none: nothing on record was named. */
  from?: { at: Date; why: string };
  /** What the note begins with that the product wrote itself; the rest is what somebody did. */
  found?: string;
  /** Secrets of this product that it is about, by name. */
  own?: readonly string[];
  /** What changes with it, in its transaction; the acts go on record after `incident.opened`. */
  also?: (tx: Transaction, incident: { id: string; number: number }) => Promise<Act[]>;
};

/**
 * Opens a case on what was named. Its window is the one that is given, with why, or else suggested from the log, and its first step is done: what it is about is identified. Needs `incident:write`.
 * Recorded as `incident.opened`.
 *
 * @throws {DomainError} INVALID_INPUT where nothing, or a token that is not on record, is named, or the window is in the future; NOT_FOUND for another subject that is not there.
 */
export async function openIncident(ctx: Context, input: OpenIncidentInput): Promise<IncidentDetail> {
  requirePermission(ctx, "incident:write");
  const window =
    input.compromisedFrom === undefined ? null : setWindow(ctx, input.compromisedFrom, input.why);
  return openIncidentOn(ctx, input, await nameSubjects(ctx.db, input), { window });
}

/** The same on subjects that are named already, or on none: a forged token is nobody's. Authorise before: this does not. */
export async function openIncidentOn(
  ctx: Context,
  input: Pick<OpenIncidentInput, "title" | "severity" | "note">,
  subjects: readonly NamedSubject[],
  { window: given = null, from: otherwise, found = "", own = [], also }: OpeningOptions = {},
): Promise<IncidentDetail> {
  const id = uuidv7(ctx.now);
  // the long look comes before the numbers are locked: nobody else waits for it to open a case
  const window = given ?? (await suggestFor(ctx, subjects, otherwise));
  const from = window.compromisedFrom;
  const number = await ctx.db.transaction(async (tx) => {
    await tx.query(
      "SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(hashtext('tokenwarden.incidents'))) l",
    );
    const [row] = await tx.query<{ number: number }>(
      `INSERT INTO incident (id, number, title, state, severity, opened_at, opened_by_kind, opened_by_id, opened_by_name, compromised_from,
         is_suggested, compromised_why)
       SELECT $1::uuid, coalesce(max(number), 0) + 1, $2::text, 'open', $3::text, $4::timestamptz, $5::text, $6::text, $7::text, $8::timestamptz, $10::boolean, $9::text
       FROM incident RETURNING number`,
      [
        id,
        input.title,
        input.severity,
        ctx.now,
        ctx.actor.kind,
        ctx.actor.id,
        ctx.actor.name,
        from,
        window.compromisedWhy,
        window.isSuggested,
      ],
    );
    const opened = row?.number as number;
    await saveSubjects(tx, ctx, id, subjects);
    const counts = subjectsWords(subjects);
    await tx.query(
      `INSERT INTO incident_step (incident_id, step, done_at, done_by_id, done_by_name, what)
       VALUES ($1::uuid, 'identify', $2::timestamptz, $3::text, $4::text, $5::text)`,
      [id, ctx.now, ctx.actor.id, ctx.actor.name, identifiedWords(subjects, own)],
    );
    if (input.note !== "")
      await tx.query(
        `INSERT INTO incident_note (id, incident_id, step, text, at, by_id, by_name, found_length)
         VALUES ($1::uuid, $2::uuid, 'identify', $3::text, $4::timestamptz, $5::text, $6::text, nullif(least(char_length($7::text), char_length($3::text)), 0))`,
        [uuidv7(ctx.now), id, input.note, ctx.now, ctx.actor.id, ctx.actor.name, found],
      );
    const acts = (await also?.(tx, { id, number: opened })) ?? [];
    await recordEntries(tx, ctx, [
      {
        act: "incident.opened",
        target: incidentTarget({ id, number: opened, title: input.title }),
        note: input.note === "" ? undefined : input.note,
        after: {
          title: input.title,
          severity: input.severity,
          compromisedFrom: from.toISOString(),
          ...(window.isSuggested ? {} : { compromisedWhy: window.compromisedWhy }),
          ...counts,
        },
      },
      ...acts,
    ]);
    return opened;
  });
  return readDetail(ctx, await readIncident(ctx.db, number));
}

/** What the log suggests, or else what is known otherwise. */
async function suggestFor(
  ctx: Context,
  subjects: readonly NamedSubject[],
  otherwise: OpeningOptions["from"],
): Promise<Window> {
  const tokens = await readTokensOf(ctx, { subjects, compromisedFrom: ctx.now });
  const suggested = await readSuggestedWindow(ctx, tokens.rows);
  return {
    compromisedFrom: suggested?.from ?? otherwise?.at ?? ctx.now,
    isSuggested: true,
    compromisedWhy:
      suggested?.why ?? otherwise?.why ?? "Nothing tells when it began: from when the case was opened.",
  };
}

function identifiedWords(subjects: readonly NamedSubject[], own: readonly string[]): string {
  const names = [...subjects.map(({ name }) => name), ...own];
  const [first] = names;
  if (first === undefined) return "Nothing on record is named by it.";
  return `${names.length} identified: ${first}${names.length > 1 ? " …" : ""}`;
}

import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { incidentTarget, readIncident } from "./incident-row.ts";
import { readStillWorking } from "./read-still-working.ts";
import { listCasesOfSecret, readTakenSecrets } from "./read-taken-secrets.ts";

/**
 * Holds a case's state against its tokens: ticks containment off where none of them works any more and no leaked secret gets new ones, and takes that back where one of a contained case works or such a secret is taken.
 * For use cases that changed either, after their own transaction, and after the larger one that they may be in: what they did is done, whatever becomes of this, and no lock of theirs is held for it. What is not told then is told with the
 * next, and by whoever looks at the case (`worksAgain`) at once; the log has it. Recorded as `incident.contained` or `incident.containment_lost`.
 */
export function noteContainment(ctx: Context, number: number): Promise<void> {
  return noting(ctx, `case ${number} was`, (own) => hold(own, number));
}

/** The same of every open case that a scanner reported a secret of this client into: for who ended or replaced one. A new secret that is shown once is not lost by it. */
export function noteSecretEnded(ctx: Context, clientId: string): Promise<void> {
  return noting(ctx, "cases of a leaked secret were", async (own) => {
    for (const number of await listCasesOfSecret(own.db, clientId)) await hold(own, number);
  });
}

async function noting(ctx: Context, which: string, act: (own: Context) => Promise<void>): Promise<void> {
  const { afterwards, pass: _, ...own } = ctx;
  if (afterwards !== undefined) return afterwards((db) => noting({ ...own, db }, which, act));
  try {
    await act(ctx);
  } catch (cause) {
    const what = `${which} not held against its tokens`;
    const error = new Error(what, { cause });
    if (ctx.noteFailure === undefined) process.emitWarning(error);
    else ctx.noteFailure(error, what);
  }
}

/** From when on nothing of it works: its orders come into force a moment after they were asked for. */
async function containedSince(tx: Sql, { now }: Context, incidentId: string): Promise<Date> {
  const [last] = await tx.query<{ at: Date | null }>(
    `SELECT max(o.effective_from) AS at FROM revocation_order o
     WHERE o.incident_id = $1::uuid AND o.verb IN ('revoke', 'suspend') AND o.effective_from <= clock_timestamp()`,
    [incidentId],
  );
  return new Date(Math.max(now.getTime(), last?.at?.getTime() ?? 0));
}

async function hold(ctx: Context, number: number): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const incident = await readIncident(tx, number, true);
    if (incident.state === "closed") return;
    const { working, tokens, isCut } = await readStillWorking({ db: tx, now: ctx.now }, incident);
    const secrets = await readTakenSecrets({ db: tx, now: ctx.now }, incident.id);
    const isContained = !isCut && tokens > 0 && working === 0 && secrets.length === 0;
    if (incident.state === "open" && isContained) {
      const what =
        tokens === 1
          ? "The case's token does not work any more."
          : `None of the case's ${tokens} tokens works any more.`;
      const at = await containedSince(tx, ctx, incident.id);
      await tx.query(
        "UPDATE incident SET state = 'contained', contained_at = $2::timestamptz, version = version + 1 WHERE id = $1::uuid",
        [incident.id, at],
      );
      await tx.query(
        `INSERT INTO incident_step (incident_id, step, done_at, done_by_id, done_by_name, what)
         VALUES ($1::uuid, 'contain', $2::timestamptz, $3::text, $4::text, $5::text) ON CONFLICT DO NOTHING`,
        [incident.id, at, ctx.actor.id, ctx.actor.name, what],
      );
      await recordEntry(
        tx,
        { ...ctx, now: at },
        {
          act: "incident.contained",
          target: incidentTarget(incident),
          before: { state: incident.state },
          after: { state: "contained", contain: what },
        },
      );
    } else if (incident.state === "contained" && (working > 0 || secrets.length > 0)) {
      await tx.query(
        "UPDATE incident SET state = 'open', contained_at = NULL, version = version + 1 WHERE id = $1::uuid",
        [incident.id],
      );
      await tx.query("DELETE FROM incident_step WHERE incident_id = $1::uuid AND step = 'contain'", [
        incident.id,
      ]);
      await recordEntry(tx, ctx, {
        act: "incident.containment_lost",
        target: incidentTarget(incident),
        before: { state: incident.state, containedAt: incident.containedAt?.toISOString() ?? null },
        after: {
          state: "open",
          contain: [
            working === 1 ? "1 token of it works." : working > 0 ? `${working} tokens of it work.` : "",
            ...secrets.map((name) => `A leaked secret of ${name} still gets tokens.`),
          ]
            .filter((line) => line !== "")
            .join(" "),
        },
      });
    }
  });
}

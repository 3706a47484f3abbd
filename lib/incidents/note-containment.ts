import { recordEntry } from "../audit/record-entry.ts";
import { type Context, systemContext } from "../context.ts";
import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { caseStateSql, readCaseStates } from "./case-state.ts";
import { type IncidentRecord, incidentTarget, readIncident } from "./incident-row.ts";
import { clientHeldWords, ownHeldWords, ownSecretWords } from "./model.ts";
import { readOwnSecrets } from "./read-own-secrets.ts";
import { readStillWorking, type StillWorking } from "./read-still-working.ts";
import { listCasesOfSecret, readLeakedOfClients } from "./read-taken-secrets.ts";

/**
 * Holds a case's state against its tokens: ticks containment off where none of them works any more, or can again, no leaked secret gets new ones, and none of the product's own works, or will with its owner, and takes that back where one of a contained case works, is only suspended, or such a secret is taken or only held.
 * For use cases that changed either, after their own transaction, and after the larger one that they may be in: what they did is done, whatever becomes of this, and no lock of theirs is held for it. How the case stands is told at once all the same (`caseStateSql`); what is not written down then is by the worker. Recorded as `incident.contained` or `incident.containment_lost`.
 */
export function noteContainment(ctx: Context, number: number): Promise<void> {
  return noting(ctx, `case ${number} was`, (own) => hold(own, number));
}

/** The same of every open case that a secret of this client came into: for who ended or replaced one. A new secret that is shown once is not lost by it. */
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

const counted = (count: number, one: string, many: string) =>
  count === 0 ? [] : [count === 1 ? one : many.replace("#", String(count))];

async function writeContained(tx: Sql, ctx: Context, incident: IncidentRecord, tokens: number) {
  const own = await readOwnSecrets({ db: tx, now: ctx.now }, incident.id);
  const what =
    tokens === 0 || own.length > 0
      ? "Nothing that leaked works any more."
      : tokens === 1
        ? "The case's token does not work any more."
        : `None of the case's ${tokens} tokens works any more.`;
  const at = await containedSince(tx, ctx, incident.id);
  await tx.query(
    "UPDATE incident SET state = 'contained', contained_at = $2::timestamptz, ended_at = $2::timestamptz, version = version + 1 WHERE id = $1::uuid",
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
}

async function writeLost(
  tx: Sql,
  ctx: Context,
  incident: IncidentRecord,
  { working, suspended }: Pick<StillWorking, "working" | "suspended">,
) {
  const within = { db: tx, now: ctx.now };
  const secrets = await readLeakedOfClients(within, incident.id);
  const own = await readOwnSecrets(within, incident.id);
  await tx.query(
    "UPDATE incident SET state = 'open', contained_at = NULL, ended_at = NULL, version = version + 1 WHERE id = $1::uuid",
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
        ...counted(working, "1 token of it works.", "# tokens of it work."),
        ...counted(suspended, "1 is only suspended.", "# are only suspended."),
        ...secrets.taken.map((name) => `A leaked secret of ${name} still gets tokens.`),
        ...secrets.held.map(clientHeldWords),
        ...own.flatMap((secret) =>
          secret.works ? [`What leaked of this product works: ${ownSecretWords(secret)}.`] : [],
        ),
        ...own.flatMap((secret) => (secret.isHeld ? [ownHeldWords(secret)] : [])),
      ].join(" "),
    },
  });
}

async function hold(ctx: Context, number: number): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const incident = await readIncident(tx, number, true);
    const within = { db: tx, now: ctx.now };
    const stands = (await readCaseStates(within, [incident.id])).get(incident.id);
    if (stands === "closed") return;
    const isContained = stands === "contained";
    if (isContained && incident.state === "contained") {
      if (incident.endedAt === null)
        await tx.query("UPDATE incident SET ended_at = $2::timestamptz WHERE id = $1::uuid", [
          incident.id,
          ctx.now,
        ]);
      return;
    }
    if (isContained === (incident.state === "contained")) return;
    const still = await readStillWorking(within, incident);
    if (isContained) await writeContained(tx, ctx, incident, still.tokens);
    else await writeLost(tx, ctx, incident, still);
  });
}

/** Cases that a look would write something down of, some of them. */
const DUE = 200;

/**
 * Holds all cases that are not closed against their tokens: a token that expired, a secret whose overlap ended, a client that was disabled and a suspension that ran out ask no case. For the worker. Those of which
 * nothing has changed cost one statement together. Returns how many were due.
 */
export async function noteContainmentOfAll(db: Database, now: Date = new Date()): Promise<number> {
  const ctx = systemContext(db, "worker", now);
  const due = await run<{ number: number }>(
    db,
    sql`SELECT n.number FROM (SELECT i.number, i.state, i.ended_at, ${await caseStateSql(ctx)} AS stands FROM incident i WHERE i.state <> 'closed') n
      WHERE (n.stands = 'contained') <> (n.state = 'contained') OR (n.stands = 'contained' AND n.ended_at IS NULL) ORDER BY n.number LIMIT ${DUE}::int`,
  );
  for (const { number } of due) await noteContainment(ctx, number);
  return due.length;
}

import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { type Condition, stepCondition } from "./condition-step.ts";
import { CONDITIONS, type Watched, type WatchedKind } from "./conditions.ts";
import { notify } from "./notify.ts";

const WATCHER = { kind: "system", id: "watcher", name: "watcher" } as const;
// of several workers one looks
const TAKE = "SELECT id FROM notification_settings WHERE id = 1 FOR UPDATE SKIP LOCKED";
const READ = `
  SELECT subject_id AS id, phase, (extract(epoch FROM since) * 1000)::float8 AS "sinceMs", (extract(epoch FROM began_at) * 1000)::float8 AS "beganAtMs"
  FROM notification_condition WHERE kind = $1::text`;
const WRITE = `
  INSERT INTO notification_condition (kind, subject_id, subject_name, phase, since, began_at)
  VALUES ($1::text, $2::text, $3::text, $4::text, $5::timestamptz, $6::timestamptz)
  ON CONFLICT (kind, subject_id) DO UPDATE SET subject_name = excluded.subject_name, phase = excluded.phase, since = excluded.since, began_at = excluded.began_at`;

async function readCurrent(tx: Sql, kind: WatchedKind): Promise<Map<string, Condition>> {
  const rows = await tx.query<Condition & { id: string }>(READ, [kind]);
  return new Map(rows.map(({ id, ...condition }) => [id, condition]));
}

async function tellStep(
  tx: Sql,
  kind: WatchedKind,
  { id, name, path, bad }: Watched,
  { tell, beganAtMs, now }: { tell: "began" | "ended"; beganAtMs: number; now: Date },
): Promise<void> {
  const since = new Date(beganAtMs).toISOString();
  await notify(
    tx,
    { actor: WATCHER, now },
    {
      kind,
      key: `${kind} ${id} ${since} ${tell}`,
      title: tell === "began" ? `${name} ${bad?.title ?? ""}` : `${name} ${CONDITIONS[kind].over}`,
      text:
        tell === "began"
          ? `${bad?.text ?? ""} Since ${since.slice(0, 16).replace("T", " ")} UTC.`
          : `It had been otherwise since ${since.slice(0, 16).replace("T", " ")} UTC.`,
      path,
      tone: tell === "ended" ? "good" : "warning",
      subject: { kind, id, name },
    },
  );
}

async function look(tx: Sql, kind: WatchedKind, now: Date): Promise<void> {
  const { riseMs, fallMs, read } = CONDITIONS[kind];
  const current = await readCurrent(tx, kind);
  const watched = await read(tx, now);
  for (const one of watched) {
    const before = current.get(one.id) ?? null;
    const { next, tell } = stepCondition(before, one.bad !== null, now.getTime(), { riseMs, fallMs });
    if (next === null && before !== null)
      await tx.query("DELETE FROM notification_condition WHERE kind = $1::text AND subject_id = $2::text", [
        kind,
        one.id,
      ]);
    if (next !== null && next.phase + next.sinceMs !== (before?.phase ?? "") + (before?.sinceMs ?? ""))
      await tx.query(WRITE, [
        kind,
        one.id,
        one.name,
        next.phase,
        new Date(next.sinceMs),
        next.beganAtMs === null ? null : new Date(next.beganAtMs),
      ]);
    const beganAtMs = next?.beganAtMs ?? before?.beganAtMs ?? now.getTime();
    if (tell !== null) await tellStep(tx, kind, one, { tell, beganAtMs, now });
  }
  // what is there no more, or was turned off, ends without a word
  const gone = [...current.keys()].filter((id) => !watched.some((one) => one.id === id));
  if (gone.length > 0)
    await tx.query(
      "DELETE FROM notification_condition WHERE kind = $1::text AND subject_id = ANY ($2::text[])",
      [kind, gone],
    );
}

/** One look at what may go on for longer: overdue keys, verifiers and streams that are behind. Of several workers one looks, and what it tells commits with what it remembers. */
export async function watchConditions(db: SqlDatabase, now: Date): Promise<void> {
  await db.transaction(async (tx) => {
    if ((await tx.query(TAKE)).length === 0) return;
    for (const kind of Object.keys(CONDITIONS) as WatchedKind[]) await look(tx, kind, now);
  });
}

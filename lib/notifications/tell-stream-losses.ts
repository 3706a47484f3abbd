import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { lossWords, type Source } from "../event-streams/model.ts";
import { notify } from "./notify.ts";

const WATCHER = { kind: "system", id: "watcher", name: "watcher" } as const;

// of several workers one tells
const TAKE = `
  SELECT l.stream_id AS id, s.name, l.source, l.events, l.is_at_most AS "isAtMost", l.first_at AS "firstAt", l.last_at AS "lastAt", l.left_at AS "leftAt"
  FROM event_stream_loss l JOIN event_stream s ON s.id = l.stream_id WHERE NOT l.is_told ORDER BY 1, 3 FOR UPDATE OF l SKIP LOCKED`;
const DONE =
  "UPDATE event_stream_loss SET is_told = true WHERE stream_id = $1::uuid AND source = $2::text AND left_at = $3::timestamptz";

type Loss = {
  id: string;
  name: string;
  source: Source;
  events: bigint;
  isAtMost: boolean;
  firstAt: Date;
  lastAt: Date;
  leftAt: Date;
};

async function tell(
  tx: Sql,
  { leftAt, events, isAtMost, firstAt, lastAt, ...stream }: Loss,
  now: Date,
): Promise<void> {
  const { id, name, source } = stream;
  const words = lossWords({
    source,
    events: Number(events),
    isAtMost,
    firstAt: firstAt.toISOString(),
    lastAt: lastAt.toISOString(),
  });
  await notify(
    tx,
    { actor: WATCHER, now },
    {
      kind: "stream_behind",
      key: `stream_behind ${id} unsent ${source} ${leftAt.toISOString()}`,
      thread: `stream_behind ${id} unsent ${source}`,
      title: `${name} lost what left the log before it was sent`,
      text: `${words}. Retention took it out, and it cannot be sent any more: see to the sink, or keep the log for longer. Until something is sent again, what else leaves is not told anew.`,
      path: `/settings/event-streams/${id}`,
      tone: "danger",
      subject: { kind: "event_stream", id, name },
    },
  );
  await tx.query(DONE, [id, source, leftAt]);
}

/** Tells once of each gap: what left the log before a stream had sent it. */
export async function tellStreamLosses(db: SqlDatabase, now: Date): Promise<void> {
  await db.transaction(async (tx) => {
    for (const loss of await tx.query<Loss>(TAKE)) await tell(tx, loss, now);
  });
}

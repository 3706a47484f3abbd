import { readClock } from "../clocks/read-clock.ts";
import { systemContext } from "../context.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { readCheckpoint } from "../seals/checkpoint.ts";
import { readCheckpointKeys } from "../seals/read-evidence.ts";
import { type EvidenceRange, readEvidenceRange } from "../seals/read-range.ts";
import { type Verification, verifyEvidence } from "../seals/verify-evidence.ts";
import { CHECK_COLUMNS, type CheckRecord, getCheckRecord } from "./check-row.ts";
import { endCheck } from "./end-check.ts";
import { type CheckFound, isEmptySpan } from "./model.ts";

/** One that was not heard of for so long lost its worker: another begins it anew. */
const SILENT_SECONDS = 60;
const NOTE_MS = 1_000;

const TAKE = `
  UPDATE evidence_check SET state = 'running', began_at = clock_timestamp(), seen_at = clock_timestamp(), uses = 0 WHERE id = (
    SELECT id FROM evidence_check WHERE state = 'waiting' OR (state = 'running' AND seen_at < clock_timestamp() - make_interval(secs => $1::int))
    ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING ${CHECK_COLUMNS}`;
const NOTE = `UPDATE evidence_check SET seen_at = clock_timestamp(), uses = $2::bigint, total = $3::bigint WHERE id = $1::uuid
  RETURNING cancel_asked_at IS NOT NULL AS "isCancelled"`;

class Cancelled extends Error {}

function foundOf({ uses, entries, checkpoints, problems }: Verification): CheckFound {
  return {
    uses: uses.rows,
    seals: uses.seals,
    chains: uses.chains,
    acts: entries.count,
    checkpoints: checkpoints.count,
    uncovered: uses.uncovered,
    unsealed: uses.unsealed,
    before: uses.before,
    held: checkpoints.held,
    problems: problems.map((one) => ({ ...one, sequence: Number(one.sequence) })),
  };
}

export type RunCheckOptions = {
  /** Checkpoints that are kept outside of the database; null for none. */
  held(): Promise<string[] | null>;
  signal?: AbortSignal;
};

/**
 * Does the next verification that waits, or that lost its worker: reads its span, keeps what it found, on record, as `evidence.verified`, `evidence.found_empty` or `evidence.found_broken`.
 * One worker does one at a time; each step is a short statement.
 *
 * @returns whether there was one.
 */
export async function runNextCheck(db: SqlDatabase, options: RunCheckOptions): Promise<boolean> {
  const [check] = await db.query<CheckRecord>(TAKE, [SILENT_SECONDS]);
  if (check === undefined) return false;
  await runCheck(db, check, options);
  return true;
}

/**
 * Does a verification that is marked as running.
 *
 * @returns what it found; null where it was cancelled, or left to the next worker because this one stops.
 * @throws what kept it from its end; it is kept as failed.
 */
export async function runCheck(
  db: SqlDatabase,
  check: CheckRecord,
  { held, signal }: RunCheckOptions,
): Promise<CheckFound | null> {
  try {
    const found = await verify(db, check, await held(), signal);
    const state = found.problems.length > 0 ? "broken" : isEmptySpan(found) ? "empty" : "held";
    await end(db, check.id, { state, found });
    return found;
  } catch (error) {
    // whoever stops leaves it to the next worker
    if (signal?.aborted === true) return null;
    await end(db, check.id, { state: error instanceof Cancelled ? "cancelled" : "failed" });
    if (!(error instanceof Cancelled)) throw error;
    return null;
  }
}

async function end(db: SqlDatabase, id: string, how: Parameters<typeof endCheck>[3]): Promise<void> {
  await db.transaction(async (tx) => {
    const check = await getCheckRecord(tx, id, "update");
    if (check.state === "running")
      await endCheck(tx, systemContext(db, "worker", await readClock(tx)), check, how);
  });
}

async function verify(
  db: SqlDatabase,
  check: CheckRecord,
  held: string[] | null,
  signal: AbortSignal | undefined,
): Promise<CheckFound> {
  const range = await readEvidenceRange(db, check, await readClock(db));
  let notedAt = 0;
  let uses = 0;
  const note = async () => {
    const [row] = await db.query<{ isCancelled: boolean }>(NOTE, [check.id, uses, range.uses]);
    if (row?.isCancelled === true) throw new Cancelled();
    signal?.throwIfAborted();
    notedAt = performance.now();
  };
  await note();
  const { source } = range;
  const found = await verifyEvidence(
    {
      ...source,
      async *slices() {
        for await (const slice of source.slices()) {
          yield {
            ...slice,
            uses: (async function* () {
              for await (const use of slice.uses) {
                uses += 1;
                if (performance.now() - notedAt > NOTE_MS) await note();
                yield use;
              }
            })(),
          };
          if (performance.now() - notedAt > NOTE_MS) await note();
        }
      },
    },
    { keys: await readCheckpointKeys(db), held: ofSpan(held, range), at: range.at },
  );
  uses = found.uses.rows;
  await note();
  return foundOf(found);
}

/** Of what is kept outside: what is of the span. Others would be missed. */
function ofSpan(held: string[] | null, { checkpoints: { after, to } }: EvidenceRange): string[] | null {
  return (
    held?.filter((jws) => {
      const number = readCheckpoint(jws)?.number ?? 0n;
      return number > after && (to === null || number <= to);
    }) ?? null
  );
}

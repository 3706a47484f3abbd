import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { PACK_FETCH_SECONDS, type PackFormat } from "./model.ts";
import { readPackScope } from "./pack-scope.ts";

const FIND = `SELECT f.format, f.created_at AS "createdAt", f.fetched_at AS "fetchedAt", f.of_sha256 AS "ofSha256" FROM evidence_file f
  WHERE f.id = $1::uuid AND f.incident_id = $2::uuid AND f.actor_kind = $3::text AND f.actor_id = $4::text`;
const SPEND = `UPDATE evidence_file SET fetched_at = $2::timestamptz WHERE id = $1::uuid AND fetched_at IS NULL
  RETURNING incident_id AS "incidentId", of_sha256 AS "ofSha256"`;
const PURGE = "DELETE FROM evidence_file WHERE created_at < $1::timestamptz - interval '1 day' RETURNING id";

const gone = () => new DomainError("GONE", "This pack can be fetched no more. Export the evidence again.");

/** @throws {DomainError} GONE where a case is of something else by now than the pack that was let out of it */
async function requireSameScope(
  db: Sql,
  { incidentId, ofSha256 }: { incidentId: string; ofSha256: string | null },
  lock = false,
): Promise<void> {
  if ((await readPackScope(db, incidentId, lock)).sha256 !== ofSha256)
    throw new DomainError(
      "GONE",
      "What the case names, or its window, has changed since this pack was let out. Export the evidence again.",
    );
}

/**
 * The actor's own pack of a case that waits to be fetched.
 *
 * @throws {DomainError} NOT_FOUND for one that is not there or somebody else's, GONE where it was fetched, waited for too long, or its case is of something else since
 */
export async function readWaitingFile(
  { db, actor, now }: Pick<Context, "db" | "actor" | "now">,
  { id, incidentId }: { id: string; incidentId: string },
): Promise<PackFormat> {
  type Found = { format: PackFormat; createdAt: Date; fetchedAt: Date | null; ofSha256: string | null };
  const [file] = isUuid(id) ? await db.query<Found>(FIND, [id, incidentId, actor.kind, actor.id]) : [];
  if (file === undefined) throw notFound("The evidence pack");
  const isLate = now.getTime() - file.createdAt.getTime() > PACK_FETCH_SECONDS * 1_000;
  if (file.fetchedAt !== null || isLate) throw gone();
  await requireSameScope(db, { incidentId, ofSha256: file.ofSha256 });
  return file.format;
}

/**
 * Of two that fetch the same pack at once, one. Asked after the pack was made: what was put into the case while that was read is not in a pack that leaves.
 *
 * @throws {DomainError} GONE
 */
export async function spendFile(tx: Sql, id: string, now: Date): Promise<void> {
  const [file] = await tx.query<{ incidentId: string; ofSha256: string | null }>(SPEND, [id, now]);
  if (file === undefined) throw gone();
  await requireSameScope(tx, file, true);
}

/** Takes away what was let out the day before: nobody fetches it, and the log has it. */
export async function purgeEvidenceFiles(db: Sql, now: Date): Promise<number> {
  return (await db.query(PURGE, [now])).length;
}

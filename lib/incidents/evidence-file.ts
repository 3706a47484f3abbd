import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { PACK_FETCH_SECONDS, type PackFormat } from "./model.ts";

const FIND = `SELECT f.format, f.created_at AS "createdAt", f.fetched_at AS "fetchedAt",
  EXISTS (SELECT FROM incident_subject s WHERE s.incident_id = f.incident_id AND s.added_at > f.created_at) AS "hasGrown" FROM evidence_file f
  WHERE f.id = $1::uuid AND f.incident_id = $2::uuid AND f.actor_kind = $3::text AND f.actor_id = $4::text`;
const SPEND = `UPDATE evidence_file SET fetched_at = $2::timestamptz WHERE id = $1::uuid AND fetched_at IS NULL RETURNING id`;
const PURGE = "DELETE FROM evidence_file WHERE created_at < $1::timestamptz - interval '1 day' RETURNING id";

const gone = () => new DomainError("GONE", "This pack can be fetched no more. Export the evidence again.");

/**
 * The actor's own pack of a case that waits to be fetched.
 *
 * @throws {DomainError} NOT_FOUND for one that is not there or somebody else's, GONE where it was fetched, waited for too long, or its case has grown since
 */
export async function readWaitingFile(
  { db, actor, now }: Pick<Context, "db" | "actor" | "now">,
  { id, incidentId }: { id: string; incidentId: string },
): Promise<PackFormat> {
  type Found = { format: PackFormat; createdAt: Date; fetchedAt: Date | null; hasGrown: boolean };
  const [file] = isUuid(id) ? await db.query<Found>(FIND, [id, incidentId, actor.kind, actor.id]) : [];
  if (file === undefined) throw notFound("The evidence pack");
  const isLate = now.getTime() - file.createdAt.getTime() > PACK_FETCH_SECONDS * 1_000;
  if (file.fetchedAt !== null || isLate) throw gone();
  if (file.hasGrown)
    throw new DomainError(
      "GONE",
      "More was put into the case since this pack was let out. Export the evidence again.",
    );
  return file.format;
}

/** Of two that fetch the same pack at once, one. @throws {DomainError} GONE */
export async function spendFile(tx: Sql, id: string, now: Date): Promise<void> {
  if ((await tx.query(SPEND, [id, now])).length === 0) throw gone();
}

/** Takes away what was let out the day before: nobody fetches it, and the log has it. */
export async function purgeEvidenceFiles(db: Sql, now: Date): Promise<number> {
  return (await db.query(PURGE, [now])).length;
}

import { decodeProtectedHeader } from "jose";
import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { type Checkpoint, checkpointHash, readCheckpoint } from "../seals/checkpoint.ts";
import { readCheckpointFile, readMark } from "../seals/checkpoint-file.ts";
import { ADMIN_CHAIN } from "../seals/seal.ts";
import type { OpenRestore } from "./model.ts";
import { isRestoreOpen } from "./watch-restore.ts";

const PAGE = 1_000;

type Mark = Checkpoint & { jws: string };

const actsOf = ({ heads }: Checkpoint): bigint =>
  heads.find(({ chain }) => chain === ADMIN_CHAIN)?.sequence ?? 0n;

/** Whether the database goes on from a checkpoint: it has it, or somebody confirmed that it does not. */
async function isKnown(db: Sql, { number, jws }: Mark): Promise<boolean> {
  const [row] = await db.query<{ isThere: boolean; isConfirmed: boolean }>(
    `SELECT EXISTS (SELECT FROM checkpoint WHERE number = $1::bigint AND jws = $2::text) AS "isThere",
       EXISTS (SELECT FROM restore WHERE mark_hash = $3::text AND confirmed_at IS NOT NULL) AS "isConfirmed"`,
    [number, jws, checkpointHash(jws)],
  );
  return row?.isThere === true || row?.isConfirmed === true;
}

/** Whether a key of this database's signed a checkpoint, by its own word. */
async function isOfOurKeys(db: Sql, jws: string): Promise<boolean> {
  const { kid } = decodeProtectedHeader(jws);
  const known = await db.query("SELECT FROM signing_key WHERE kid = $1::text", [kid ?? ""]);
  return known.length > 0;
}

/** The newest checkpoint that the database has too. Each has the hash of the one before: what is the same once is the same up to there. */
async function findCommon(db: Sql, kept: readonly string[]): Promise<Checkpoint | null> {
  let common: Checkpoint | null = null;
  for (let from = 0; from < kept.length; from += PAGE) {
    const page = kept.slice(from, from + PAGE);
    const rows = await db.query<{ jws: string }>(
      "SELECT jws FROM checkpoint WHERE number = ANY ($1::bigint[])",
      [page.map((jws) => readCheckpoint(jws)?.number ?? 0n)],
    );
    const there = new Set(rows.map(({ jws }) => jws));
    const last = page.findLast((jws) => there.has(jws));
    if (last !== undefined) common = readCheckpoint(last);
    if (last !== page.at(-1)) break;
  }
  return common;
}

/**
 * Holds the database against the checkpoints that are kept outside of it. Where it does not have the newest of them it was restored from an older dump, or
 * rewritten: that is put on record, and from then on nothing is served until somebody has confirmed it. Found twice it is on record once. A file that begins with
 * another database's checkpoints says nothing of this one: its keys are others, and whatever they signed is refused anyway.
 *
 * @param path of the file; where there is none, nothing can be told.
 * @returns whether a restore is open, this one or an earlier one.
 */
export async function findRestore(db: Sql, path: string | null): Promise<boolean> {
  const jws = path === null ? null : await readMark(path);
  const said = jws === null ? null : readCheckpoint(jws);
  if (path !== null && jws !== null && said !== null && !(await isKnown(db, { ...said, jws }))) {
    const kept = await readCheckpointFile(path);
    const common = await findCommon(db, kept);
    if (common === null && !(await isOfOurKeys(db, kept[0] ?? jws))) return isRestoreOpen(db);
    await db.query(
      `INSERT INTO restore (id, found_at, mark_number, mark_at, mark_hash, mark_acts, common_number, common_at, common_acts)
       SELECT $1::uuid, clock_timestamp(), $2::bigint, $3::timestamptz, $4::text, $5::bigint, $6::bigint, $7::timestamptz,
         (SELECT chained FROM audit_chain WHERE id = 'admin') ON CONFLICT DO NOTHING`,
      [
        uuidv7(new Date()),
        said.number,
        said.at,
        checkpointHash(jws),
        actsOf(said),
        common?.number ?? 0n,
        common?.at ?? null,
      ],
    );
  }
  return isRestoreOpen(db);
}

type Row = {
  id: string;
  foundAt: Date;
  markNumber: bigint;
  markAt: Date;
  markActs: bigint;
  commonNumber: bigint;
  commonAt: Date | null;
  commonActs: bigint;
};

/** The restore that nobody has confirmed, or null. `lock` holds it until the transaction ends. */
export async function readOpenRestore(
  db: Sql,
  lock: "update" | "none" = "none",
): Promise<OpenRestore | null> {
  const [row] = await db.query<Row>(
    `SELECT id, found_at AS "foundAt", mark_number AS "markNumber", mark_at AS "markAt", mark_acts AS "markActs", common_number AS "commonNumber",
       common_at AS "commonAt", common_acts AS "commonActs" FROM restore WHERE confirmed_at IS NULL${lock === "update" ? " FOR UPDATE" : ""}`,
  );
  if (row === undefined) return null;
  return {
    id: row.id,
    foundAt: row.foundAt.toISOString(),
    mark: { number: Number(row.markNumber), at: row.markAt.toISOString() },
    common:
      row.commonAt === null ? null : { number: Number(row.commonNumber), at: row.commonAt.toISOString() },
    lostActs: Math.max(0, Number(row.markActs - row.commonActs)),
    lostCheckpoints: Number(row.markNumber - row.commonNumber),
  };
}

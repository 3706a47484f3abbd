import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Sql } from "../db/sql.ts";
import { checkpointHash, readCheckpoint } from "./checkpoint.ts";

const TAIL_BYTES = 1 << 20;
const PAGE = 1_000;

/** The database does not go on from what the file has: it was restored from an older dump, or rewritten. `message` is one line for a person. */
export class CheckpointFileError extends Error {
  override name = "CheckpointFileError";
}

async function readTail(file: FileHandle): Promise<{ last: string | null; isTorn: boolean }> {
  const { size } = await file.stat();
  const length = Math.min(size, TAIL_BYTES);
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
  const text = buffer.toString("utf8");
  const isTorn = size > 0 && !text.endsWith("\n");
  const lines = text.split("\n");
  // what follows the last line's end was cut off by a kill
  lines.pop();
  return { last: lines.findLast((line) => line !== "") ?? null, isTorn };
}

/** The newest checkpoint of a file: the high-water mark. Null where there is no file, or none in it. @throws what the file system throws otherwise. */
export async function readMark(path: string): Promise<string | null> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    return (await readTail(file)).last;
  } finally {
    await file.close();
  }
}

/** Lays a file aside whose newest checkpoint was lost in a restore that somebody has confirmed: the next one begins anew. @returns its new name, or null. */
async function layAsideLost(sql: Sql, path: string): Promise<string | null> {
  const mark = await readMark(path);
  if (mark === null) return null;
  const [lost] = await sql.query<{ number: bigint }>(
    `SELECT mark_number AS number FROM restore WHERE mark_hash = $1::text AND confirmed_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM checkpoint WHERE jws = $2::text)`,
    [checkpointHash(mark), mark],
  );
  if (lost === undefined) return null;
  const aside = `${path}.lost-${lost.number}`;
  await rename(path, aside);
  return aside;
}

/** The checkpoints of a file, one a line; what a kill cut off is left out. @throws what the file system throws. */
export async function readCheckpointFile(path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const line of createInterface({ input: createReadStream(path) }))
    if (/^[\w-]+\.[\w-]+\.[\w-]{64,}$/.test(line.trim())) found.push(line.trim());
  return found;
}

/** The checkpoints that are kept outside of the database; null where none are: no file is named, or there is none yet. @throws what else the file system throws. */
export async function readHeldCheckpoints(path: string | null): Promise<string[] | null> {
  if (path === null) return null;
  try {
    return await readCheckpointFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/**
 * Brings a file up to the checkpoints that the database has: one JWS a line, only ever appended. The file is the high-water mark that lies outside of the database.
 * One whose end was lost in a confirmed restore is laid aside, under its name with `.lost-` and a number.
 *
 * @returns how many were added.
 * @throws {CheckpointFileError} where the database has not what the file has; then nothing is added.
 */
export async function appendCheckpoints(sql: Sql, path: string): Promise<number> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await layAsideLost(sql, path);
  const file = await open(path, "a+", 0o644);
  try {
    const { last, isTorn } = await readTail(file);
    const known = last === null ? null : readCheckpoint(last);
    if (last !== null && known === null)
      throw new CheckpointFileError(`the last line of ${path} is no checkpoint`);
    if (known !== null) {
      const [same] = await sql.query<{ jws: string }>(
        "SELECT jws FROM checkpoint WHERE number = $1::bigint",
        [known.number],
      );
      if (same?.jws !== last)
        throw new CheckpointFileError(
          `the database ${same === undefined ? "has no" : "has another"} checkpoint ${known.number}, which ${path} has: it was restored from an older dump, or rewritten`,
        );
    }
    let from = known?.number ?? 0n;
    let added = 0;
    for (;;) {
      const rows = await sql.query<{ number: bigint; jws: string }>(
        "SELECT number, jws FROM checkpoint WHERE number > $1::bigint ORDER BY number LIMIT $2::int",
        [from, PAGE],
      );
      if (rows.length > 0) {
        const lines = rows.map(({ jws }) => `${jws}\n`).join("");
        await file.appendFile(added === 0 && isTorn ? `\n${lines}` : lines);
        from = rows.at(-1)?.number ?? from;
        added += rows.length;
      }
      if (rows.length < PAGE) break;
    }
    if (added > 0) await file.sync();
    return added;
  } finally {
    await file.close();
  }
}

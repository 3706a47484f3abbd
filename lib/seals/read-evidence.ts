import type { SqlDatabase } from "../db/sql-database.ts";
import type { CheckpointKey } from "./checkpoint.ts";
import type { ChainedEntry } from "./entry-leaf.ts";
import type { LostCheckpoints } from "./known-restores.ts";
import type { Seal } from "./seal.ts";
import { SEAL_COLUMNS, type SealRecord, sealOf } from "./seal-record.ts";
import { SEALED_USE_COLUMNS, type SealedUseRecord, sealedUseOf } from "./use-columns.ts";
import type { EvidenceSlice, EvidenceSource, KeptLeaf, PlacedUse } from "./verification.ts";

const SLICE_MS = 15 * 60_000;
const FETCH = 2_000;

/** Entries of the admin log, whichever are asked for after it. */
export const ENTRIES = `SELECT id, sequence, at, actor_kind AS "actorKind", actor_id AS "actorId", actor_name AS "actorName", act, outcome, error_code AS "errorCode",
  target_kind AS "targetKind", target_id AS "targetId", target_name AS "targetName", reason, note, before::text, after::text, request_id AS "requestId", ip,
  user_agent AS "userAgent", encode(salt, 'hex') AS salt, encode(chain_hash, 'hex') AS "chainHash", encode(actor_hash, 'hex') AS "actorHash",
  encode(target_hash, 'hex') AS "targetHash", encode(content_hash, 'hex') AS "contentHash" FROM audit_entry`;

export const jwsOf = ({ jws }: { jws: string }): string => jws;

const within = (column: string, from: Date, until: Date) =>
  `${column} >= '${from.toISOString()}'::timestamptz AND ${column} < '${until.toISOString()}'::timestamptz`;

/** The rows of a statement without parameters, by a cursor: as many of them in memory as are fetched at once. */
export async function* rowsOf<Row extends object>(db: SqlDatabase, text: string): AsyncGenerator<Row> {
  const connection = await db.pool.connect();
  let isClean = false;
  try {
    await connection.query("BEGIN READ ONLY");
    await connection.query(`DECLARE evidence NO SCROLL CURSOR FOR ${text}`);
    for (;;) {
      const { rows } = await connection.query(`FETCH ${FETCH} FROM evidence`);
      yield* rows as Row[];
      if (rows.length < FETCH) break;
    }
    await connection.query("COMMIT");
    isClean = true;
  } finally {
    connection.release(!isClean);
  }
}

export async function* mapped<From, To>(
  rows: AsyncIterable<From>,
  map: (row: From) => To,
): AsyncGenerator<To> {
  for await (const row of rows) yield map(row);
}

function placedUseOf(record: SealedUseRecord): PlacedUse {
  return { ...sealedUseOf(record), writerId: record.writerId, flush: record.flush };
}

/** From where on seals and uses are read, and up to where. */
type Span = { seals: Date; uses: Date; end: Date };

const ALL: Span = {
  seals: new Date("1970-01-01"),
  uses: new Date("1970-01-01"),
  end: new Date("9999-01-01"),
};

const later = (one: Date, other: Date) => (one > other ? one : other);

/** When the first evidence of a span from an instant on is; null for none. */
async function nextAt(db: SqlDatabase, from: Date, span: Span): Promise<Date | null> {
  const [row] = await db.query<{ at: Date | null }>(
    `SELECT least((SELECT min(received_at) FROM token_use WHERE received_at >= $1::timestamptz),
       (SELECT min(received_at) FROM kept_leaf WHERE received_at >= $1::timestamptz), (SELECT min(sealed_at) FROM seal WHERE sealed_at >= $2::timestamptz)) AS at`,
    [later(from, span.uses), later(from, span.seals)],
  );
  return row?.at == null || row.at >= span.end ? null : row.at;
}

/** Evidence of a span, slice by slice. */
export async function* slicesOf(db: SqlDatabase, span: Span = ALL): AsyncGenerator<EvidenceSlice> {
  let at = await nextAt(db, span.uses, span);
  while (at !== null) {
    const until = new Date(Math.min(at.getTime() + SLICE_MS, span.end.getTime()));
    const [sealsFrom, usesFrom] = [later(at, span.seals), later(at, span.uses)];
    yield {
      until,
      seals: mapped<SealRecord, Seal>(
        rowsOf(
          db,
          `SELECT ${SEAL_COLUMNS} FROM seal WHERE ${within("sealed_at", sealsFrom, until)} ORDER BY chain, sequence`,
        ),
        sealOf,
      ),
      leaves: mapped<KeptLeaf, KeptLeaf>(
        rowsOf(
          db,
          `SELECT id, received_at AS "receivedAt", writer_id AS "writerId", flush, ordinal, leaf FROM kept_leaf
           WHERE ${within("received_at", usesFrom, until)} ORDER BY writer_id, flush, ordinal`,
        ),
        (kept) => kept,
      ),
      uses: mapped<SealedUseRecord, PlacedUse>(
        rowsOf(
          db,
          `SELECT ${SEALED_USE_COLUMNS} FROM token_use u WHERE ${within("u.received_at", usesFrom, until)} ORDER BY u.writer_id, u.flush, u.ordinal, u.id`,
        ),
        placedUseOf,
      ),
    };
    at = await nextAt(db, until, span);
  }
}

/** Checkpoints that were lost by restores, as the database says. */
async function readLostCheckpoints(db: SqlDatabase): Promise<LostCheckpoints[]> {
  return db.query<LostCheckpoints>(
    `SELECT common_number AS after, mark_number AS "upTo" FROM restore WHERE confirmed_at IS NOT NULL ORDER BY confirmed_at`,
  );
}

/** The evidence of a database that others go on writing to. What is committed after a part was read is not missed: it has a later seal. */
export function readEvidence(db: SqlDatabase): EvidenceSource {
  let sequence = 0n;
  const after = (text: string) =>
    mapped(rowsOf<ChainedEntry>(db, text), (entry) => {
      sequence = entry.sequence;
      return entry;
    });
  return {
    restores: () => readLostCheckpoints(db),
    checkpoints: () =>
      mapped(rowsOf<{ jws: string }>(db, "SELECT jws FROM checkpoint ORDER BY number"), jwsOf),
    entries: () => after(`${ENTRIES} ORDER BY sequence`),
    slices: () => slicesOf(db),
    entriesSince: () => after(`${ENTRIES} WHERE sequence > ${sequence} ORDER BY sequence`),
  };
}

/** All keys that ever signed checkpoints, as this database has them: whoever could rewrite the evidence could put another one beside them. */
export async function readCheckpointKeys(db: SqlDatabase): Promise<CheckpointKey[]> {
  return db.query<CheckpointKey>(
    `SELECT kid, algorithm AS alg, public_jwk AS jwk FROM signing_key WHERE purpose = 'checkpoint' ORDER BY created_at`,
  );
}

import type { Sql } from "../db/sql.ts";
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import { type ChainedEntry, entryLeaf } from "./entry-leaf.ts";
import { evidenceText } from "./evidence-file.ts";
import { type MerkleProof, merkleProof, merkleRoot } from "./merkle.ts";
import { ENTRIES } from "./read-evidence.ts";
import type { RecordProofs } from "./record-proofs.ts";
import { ADMIN_CHAIN, NOTHING_BEFORE, type Seal } from "./seal.ts";
import { SEAL_COLUMNS, type SealRecord, sealOf } from "./seal-record.ts";
import { SEALED_USE_COLUMNS, type SealedUseRecord, sealedUseOf } from "./use-columns.ts";
import { flushLeaf, useLeaf } from "./use-leaf.ts";

/** A use as its place in its writer's chain names it. */
export type UseToProve = { id: string; receivedAt: Date; writer: string; flush: bigint };
export type ActToProve = { sequence: bigint; at: Date };

/** Rows of others that are hashed for it at most, and entries between an act and the checkpoint over it. What would take more is not proved. */
const ROWS_MAX = 300_000;
const STRETCH_MAX = 20_000;
/** A checkpoint may lag behind a seal by minutes. */
const CHECKPOINTS_AHEAD = 15;

type Signed = { jws: string; checkpoint: Checkpoint };
type Sealed = { seal: Seal; uses: UseToProve[] };
type Way = RecordProofs["uses"][number]["inFlush"];

const jsonOf = (kind: "entry" | "seal" | "use", value: object) => JSON.parse(evidenceText(kind, value));
const wayOf = ({ index, size, path }: MerkleProof): Way => ({
  index,
  size,
  path: path.map((hash) => hash.toString("hex")),
});

/** Checkpoints of one making, each read once. */
class Checkpoints {
  readonly #db: Sql;
  readonly #near = new Map<number, Signed[]>();
  readonly used = new Map<bigint, string>();

  constructor(db: Sql) {
    this.#db = db;
  }

  /** Where the first checkpoint that covers a place of a chain has its head; null where none does yet. */
  async headOver(chain: string, sequence: bigint, at: Date): Promise<bigint | null> {
    for (const { jws, checkpoint } of await this.#since(at)) {
      const head = checkpoint.heads.find((one) => one.chain === chain && one.sequence >= sequence);
      if (head === undefined) continue;
      this.used.set(checkpoint.number, jws);
      return head.sequence;
    }
    return null;
  }

  async #since(at: Date): Promise<Signed[]> {
    const second = Math.floor(at.getTime() / 1_000);
    const known = this.#near.get(second);
    if (known !== undefined) return known;
    const rows = await this.#db.query<{ jws: string }>(
      `SELECT jws FROM checkpoint WHERE at >= $1::timestamptz ORDER BY number LIMIT ${CHECKPOINTS_AHEAD}`,
      [new Date(second * 1_000)],
    );
    const signed = rows.flatMap(({ jws }) => {
      const checkpoint = readCheckpoint(jws);
      return checkpoint === null ? [] : [{ jws, checkpoint }];
    });
    this.#near.set(second, signed);
    return signed;
  }
}

/** The seals that some uses are in. A flush that was open in a seal is in a later one. */
async function sealsOf(db: Sql, uses: readonly UseToProve[]): Promise<Sealed[]> {
  const found = await db.query<SealRecord & { place: number }>(
    `SELECT k.place::int AS place, s.* FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) WITH ORDINALITY AS k(writer, flush, at, place)
     CROSS JOIN LATERAL (SELECT ${SEAL_COLUMNS} FROM seal WHERE chain = k.writer AND sealed_at >= k.at AND last_flush >= k.flush
       AND NOT k.flush = ANY (open_flushes) ORDER BY sealed_at, sequence LIMIT 1) s ORDER BY k.place`,
    [
      uses.map(({ writer }) => writer),
      uses.map(({ flush }) => flush),
      uses.map(({ receivedAt }) => receivedAt),
    ],
  );
  const sealed = new Map<string, Sealed>();
  for (const { place, ...record } of found) {
    const key = `${record.chain} ${record.sequence}`;
    const one = sealed.get(key) ?? { seal: sealOf(record), uses: [] };
    sealed.set(key, one);
    one.uses.push(uses[place - 1] as UseToProve);
  }
  return [...sealed.values()];
}

type Row = { flush: bigint; ordinal: number; leaf: Buffer; use: SealedUseRecord | null };

/** All rows of a seal, by their places, those that have left but for their leaves among them. */
async function rowsOf(db: Sql, { chain, sequence, ...seal }: Seal): Promise<Row[]> {
  const [before] = await db.query<{ open: bigint[] }>(
    `SELECT open_flushes AS open FROM seal WHERE chain = $1::uuid AND sequence = $2::bigint - 1`,
    [chain, sequence],
  );
  const late = (before?.open ?? []).map(BigInt).filter((flush) => !seal.openFlushes.includes(flush));
  const values = [
    chain,
    seal.receivedFrom,
    seal.receivedTo,
    seal.firstFlush,
    seal.lastFlush,
    seal.openFlushes,
    late,
  ];
  const ofSeal = `writer_id = $1::uuid AND received_at BETWEEN $2::timestamptz AND $3::timestamptz
    AND (flush BETWEEN $4::bigint AND $5::bigint AND NOT flush = ANY ($6::bigint[]) OR flush = ANY ($7::bigint[]))`;
  const uses = await db.query<SealedUseRecord>(
    `SELECT ${SEALED_USE_COLUMNS} FROM token_use u WHERE ${ofSeal}`,
    values,
  );
  const kept = await db.query<{ flush: bigint; ordinal: number; leaf: Buffer }>(
    `SELECT flush, ordinal, leaf FROM kept_leaf WHERE ${ofSeal}`,
    values,
  );
  return [
    ...uses.map((use) => ({
      flush: use.flush,
      ordinal: use.ordinal,
      leaf: useLeaf(sealedUseOf(use)),
      use,
    })),
    ...kept.map((row) => ({ ...row, leaf: Buffer.from(row.leaf), use: null })),
  ].sort((one, other) =>
    one.flush === other.flush ? one.ordinal - other.ordinal : one.flush < other.flush ? -1 : 1,
  );
}

/** The ways of a seal's uses to its root; none where its rows do not come to it, which the verification of the log names. */
async function proveIn(db: Sql, { seal, uses }: Sealed): Promise<RecordProofs["uses"]> {
  const byFlush = new Map<bigint, Row[]>();
  for (const row of await rowsOf(db, seal)) {
    const rows = byFlush.get(row.flush) ?? [];
    byFlush.set(row.flush, rows);
    rows.push(row);
  }
  const flushes = [...byFlush].map(([flush, rows]) => {
    const leaves = rows.map(({ leaf }) => leaf);
    return { flush, rows, leaves, leaf: flushLeaf(flush, leaves.length, merkleRoot(leaves)) };
  });
  const leaves = flushes.map(({ leaf }) => leaf);
  if (leaves.length === 0 || !merkleRoot(leaves).equals(seal.root)) return [];
  const wanted = new Set(uses.map(({ id }) => id));
  return flushes.flatMap((flush, place) =>
    flush.rows.flatMap(({ use }, index) =>
      use === null || !wanted.has(use.id)
        ? []
        : [
            {
              use: jsonOf("use", { ...sealedUseOf(use), writerId: use.writerId, flush: use.flush }),
              seal: String(seal.sequence),
              inFlush: wayOf(merkleProof(flush.leaves, index)),
              inSeal: wayOf(merkleProof(leaves, place)),
            },
          ],
    ),
  );
}

async function proveUses(db: Sql, checkpoints: Checkpoints, uses: readonly UseToProve[]) {
  const proved: RecordProofs["uses"] = [];
  const seals = new Map<string, RecordProofs["seals"][number]>();
  let rows = 0;
  for (const sealed of await sealsOf(db, uses)) {
    const { chain, sequence, sealedAt, count } = sealed.seal;
    rows += count;
    if (rows > ROWS_MAX) break;
    const head = await checkpoints.headOver(chain, sequence, sealedAt);
    if (head === null) continue;
    const own = await proveIn(db, sealed);
    if (own.length === 0) continue;
    proved.push(...own);
    const upTo = await db.query<SealRecord>(
      `SELECT ${SEAL_COLUMNS} FROM seal WHERE chain = $1::uuid AND sequence BETWEEN $2::bigint AND $3::bigint ORDER BY sequence`,
      [chain, sequence, head],
    );
    for (const record of upTo)
      seals.set(`${record.chain} ${record.sequence}`, jsonOf("seal", sealOf(record)));
  }
  return { uses: proved, seals: [...seals.values()] };
}

/** Acts by the head of the checkpoint over them, each a stretch of the chain. */
async function proveActs(db: Sql, checkpoints: Checkpoints, acts: readonly ActToProve[]) {
  const byHead = new Map<bigint, bigint[]>();
  for (const { sequence, at } of acts) {
    const head = await checkpoints.headOver(ADMIN_CHAIN, sequence, at);
    if (head === null || head - sequence > STRETCH_MAX) continue;
    byHead.set(head, [...(byHead.get(head) ?? []), sequence]);
  }
  const stretches: RecordProofs["acts"] = [];
  for (const [head, sequences] of byHead) {
    const [from = head] = sequences.toSorted((one, other) => Number(one - other));
    const entries = await db.query<ChainedEntry>(
      `${ENTRIES} WHERE sequence BETWEEN $1::bigint - 1 AND $2::bigint ORDER BY sequence`,
      [from, head],
    );
    const before = entries[0]?.sequence === from ? null : (entries.shift() ?? null);
    const after = from === 1n ? NOTHING_BEFORE.toString("hex") : (before?.chainHash ?? null);
    // from before there were seals, or left by retention
    if (after === null || BigInt(entries.length) !== head - from + 1n) continue;
    stretches.push({
      from: String(from),
      after,
      leaves: entries.map((entry) => entryLeaf(entry).toString("hex")),
      entries: entries
        .filter(({ sequence }) => sequences.includes(sequence))
        .map((entry) => jsonOf("entry", entry)),
    });
  }
  return stretches;
}

/** What proves of some uses and acts that they stand in the log as it was sealed: of as many as a checkpoint covers, and as can be proved in reasonable time. */
export async function makeRecordProofs(
  db: Sql,
  { uses, acts }: { uses: readonly UseToProve[]; acts: readonly ActToProve[] },
): Promise<RecordProofs> {
  const checkpoints = new Checkpoints(db);
  const proved = await proveUses(db, checkpoints, uses);
  const stretches = await proveActs(db, checkpoints, acts);
  const keys = await db.query<RecordProofs["keys"][number]>(
    "SELECT kid, algorithm AS alg, public_jwk AS jwk FROM signing_key WHERE purpose = 'checkpoint' ORDER BY created_at",
  );
  const used = [...checkpoints.used].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { keys, checkpoints: used.map(([, jws]) => jws), ...proved, acts: stretches };
}

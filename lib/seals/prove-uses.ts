import type { Sql, SqlValue } from "../db/sql.ts";
import type { ChainHead } from "./checkpoint.ts";
import { evidenceText } from "./evidence-file.ts";
import { type MerkleProof, merkleProof, merkleRoot } from "./merkle.ts";
import type { RecordProofs, WhyUnproved } from "./record-proofs.ts";
import { type Seal, sealHash } from "./seal.ts";
import { SEAL_COLUMNS, type SealRecord, sealOf } from "./seal-record.ts";
import type { SignedHeads } from "./signed-heads.ts";
import { SEALED_USE_COLUMNS, type SealedUseRecord, sealedUseOf } from "./use-columns.ts";
import { flushLeaf, useFormOf, useLeaf } from "./use-leaf.ts";

/** A use as its place in its writer's chain names it. */
export type UseToProve = { id: string; receivedAt: Date; writer: string; flush: bigint };

/**
 * Rows of others that are hashed for it, and seals from uses to the checkpoints over them, at most and in all: what would take more is not proved. `batch`: rows that are in memory at once, beside the hashes
 * of the others of their seal.
 */
export type UseBounds = { rows: number; seals: number; batch: number };
export const USE_BOUNDS: UseBounds = { rows: 300_000, seals: 60_000, batch: 20_000 };

type Sealed = { seal: Seal; uses: UseToProve[] };
type Way = RecordProofs["uses"][number]["inFlush"];

const jsonOf = (kind: "seal" | "use", value: object) => JSON.parse(evidenceText(kind, value));
const wayOf = ({ index, size, path }: MerkleProof): Way => ({
  index,
  size,
  path: path.map((hash) => hash.toString("hex")),
});

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

/** The rows of a seal that are there, in their order, `batch` in memory at once. */
async function* usesOf(
  db: Sql,
  ofSeal: string,
  { values, batch }: { values: readonly SqlValue[]; batch: number },
): AsyncGenerator<SealedUseRecord> {
  const after = `(flush, ordinal) > ($${values.length + 1}::bigint, $${values.length + 2}::int)`;
  let [flush, ordinal] = [-1n, -1];
  for (;;) {
    const uses: SealedUseRecord[] = await db.query<SealedUseRecord>(
      `SELECT ${SEALED_USE_COLUMNS} FROM token_use u WHERE ${ofSeal} AND ${after} ORDER BY flush, ordinal LIMIT ${batch}`,
      [...values, flush, ordinal],
    );
    yield* uses;
    const last = uses.at(-1);
    if (last === undefined || uses.length < batch) return;
    [flush, ordinal] = [last.flush, last.ordinal];
  }
}

/** All rows of a seal, by their places: of the wanted ones themselves, of others and of those that have left their leaves. */
async function rowsOf(
  db: Sql,
  { chain, sequence, ...seal }: Seal,
  { wanted, batch }: { wanted: ReadonlySet<string>; batch: number },
): Promise<Row[]> {
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
  const rows: Row[] = [];
  for await (const use of usesOf(db, ofSeal, { values, batch }))
    rows.push({
      flush: use.flush,
      ordinal: use.ordinal,
      leaf: useLeaf(sealedUseOf(use)),
      use: wanted.has(use.id) ? use : null,
    });
  const kept = await db.query<{ flush: bigint; ordinal: number; leaf: Buffer }>(
    `SELECT flush, ordinal, leaf FROM kept_leaf WHERE ${ofSeal}`,
    values,
  );
  if (kept.length === 0) return rows;
  // a day may be leaving meanwhile: a row that was read counts, and not its leaf as well
  const there = new Set(rows.map(({ flush, ordinal }) => `${flush} ${ordinal}`));
  return [
    ...rows,
    ...kept
      .filter(({ flush, ordinal }) => !there.has(`${flush} ${ordinal}`))
      .map((row) => ({ ...row, leaf: Buffer.from(row.leaf), use: null })),
  ].sort((one, other) =>
    one.flush === other.flush ? one.ordinal - other.ordinal : one.flush < other.flush ? -1 : 1,
  );
}

/** The ways of a seal's uses to its root: of those that are in it as they were sealed. */
async function proveIn(db: Sql, { seal, uses }: Sealed, batch: number): Promise<RecordProofs["uses"]> {
  const byFlush = new Map<bigint, Row[]>();
  const wanted = new Set(uses.map(({ id }) => id));
  for (const row of await rowsOf(db, seal, { wanted, batch })) {
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
  return flushes.flatMap((flush, place) =>
    flush.rows.flatMap(({ use }, index) =>
      use === null
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

/** Why uses are in no seal: their writer has not come to them, or never sealed anything. */
async function whyUnsealed(db: Sql, uses: readonly UseToProve[]): Promise<[string, WhyUnproved][]> {
  if (uses.length === 0) return [];
  const rows = await db.query<{ id: string; isBefore: boolean }>(
    `SELECT k.id, NOT EXISTS (SELECT FROM seal WHERE chain = k.writer)
       AND k.at < coalesce((SELECT at FROM checkpoint ORDER BY number LIMIT 1), 'infinity') AS "isBefore"
     FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS k(id, writer, at)`,
    [uses.map(({ id }) => id), uses.map(({ writer }) => writer), uses.map(({ receivedAt }) => receivedAt)],
  );
  return rows.map(({ id, isBefore }) => [id, isBefore ? "before" : "unsealed"]);
}

/** Why uses are not in the seal in which they should be: they have left meanwhile, or somebody changed them, or what is sealed with them. */
async function whyNotIn(db: Sql, uses: readonly UseToProve[]): Promise<[string, WhyUnproved][]> {
  if (uses.length === 0) return [];
  const there = await db.query<{ id: string }>(
    `SELECT u.id FROM unnest($1::uuid[], $2::timestamptz[]) AS k(id, at) JOIN token_use u ON u.id = k.id AND u.received_at = k.at`,
    [uses.map(({ id }) => id), uses.map(({ receivedAt }) => receivedAt)],
  );
  const ids = new Set(there.map(({ id }) => id));
  return uses.map(({ id }) => [id, ids.has(id) ? "altered" : "gone"]);
}

/** The seals from one to the head in a checkpoint; null where they are not what was signed. */
async function sealsTo(db: Sql, { chain, sequence }: Seal, head: ChainHead): Promise<Seal[] | null> {
  const records = await db.query<SealRecord>(
    `SELECT ${SEAL_COLUMNS} FROM seal WHERE chain = $1::uuid AND sequence BETWEEN $2::bigint AND $3::bigint ORDER BY sequence`,
    [chain, sequence, head.sequence],
  );
  const seals = records.map(sealOf);
  const isWhole = seals.every(
    (seal, index) =>
      seal.sequence === sequence + BigInt(index) &&
      sealHash(seal).equals(seal.hash) &&
      (index === 0 || seal.previous.equals((seals[index - 1] as Seal).hash)),
  );
  return isWhole && seals.at(-1)?.hash.toString("hex") === head.hash ? seals : null;
}

/** The ways of uses to signed checkpoints, as far as their rows can be hashed in reasonable time; of each other one why it has none. */
export async function proveUses(
  db: Sql,
  heads: SignedHeads,
  { uses, bounds = USE_BOUNDS }: { uses: readonly UseToProve[]; bounds?: UseBounds },
) {
  const proved: RecordProofs["uses"] = [];
  const seals = new Map<string, RecordProofs["seals"][number]>();
  const found = await sealsOf(db, uses);
  const sealedIds = new Set(found.flatMap((sealed) => sealed.uses.map(({ id }) => id)));
  const unproved = await whyUnsealed(
    db,
    uses.filter(({ id }) => !sealedIds.has(id)),
  );
  const noteAll = (those: readonly { id: string }[], why: WhyUnproved) =>
    unproved.push(...those.map(({ id }): [string, WhyUnproved] => [id, why]));
  let rows = 0;
  for (const sealed of found) {
    const { chain, sequence, sealedAt, count } = sealed.seal;
    const head = await heads.headOver(chain, sequence, sealedAt);
    if (head === null) {
      noteAll(sealed.uses, "unsigned");
      continue;
    }
    const length = Number(head.sequence - sequence) + 1;
    if (rows + count > bounds.rows || seals.size + length > bounds.seals) {
      noteAll(sealed.uses, "costly");
      continue;
    }
    rows += count;
    const upTo = await sealsTo(db, sealed.seal, head);
    const own = upTo === null ? [] : await proveIn(db, sealed, bounds.batch);
    const ids = new Set(own.map(({ use }) => use.id));
    unproved.push(
      ...(await whyNotIn(
        db,
        sealed.uses.filter(({ id }) => !ids.has(id)),
      )),
    );
    const [whole, bare] = partition(own, ({ use }) => useFormOf(use) !== "bare");
    noteAll(
      bare.map(({ use }) => use),
      "erased",
    );
    if (whole.length === 0) continue;
    proved.push(...whole);
    for (const seal of upTo ?? []) seals.set(`${chain} ${seal.sequence}`, jsonOf("seal", seal));
  }
  return { uses: proved, seals: [...seals.values()], unproved: unproved.map(([id, why]) => ({ id, why })) };
}

function partition<One>(all: readonly One[], isFirst: (one: One) => boolean): [One[], One[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

import { prepared, type Sql } from "../db/sql.ts";

/** Where the reading of uses stands, in the order (received_at, id). */
export type Place = { at: Date; id: string };

/** A use as it is on record, as far as rules look at it. */
export type UseRecord = {
  id: string;
  receivedAt: Date;
  at: Date;
  outcome: "issued" | "allowed" | "refused";
  refusal: string | null;
  source: string;
  tokenId: string;
  familyId: string;
  clientId: string;
  userId: string | null;
  ip: string | null;
  country: string | null;
  method: string | null;
  path: string | null;
  verifierId: string | null;
};

/** Rows of one step. */
export const USES_AT_ONCE = 2_000;
/** A stretch is looked at again so long after it was read: what commits later than the last look is not seen. */
const LOOK_AFTER_SECONDS = [3, 30, 180];
const SETTLED_MS = Math.max(...LOOK_AFTER_SECONDS) * 1_000;
const SLICES_AT_ONCE = 50;

const COLUMNS = `u.id, u.received_at AS "receivedAt", u.at, u.outcome, u.refusal, u.source, u.token_id AS "tokenId", u.family_id AS "familyId",
  u.client_id AS "clientId", u.user_id AS "userId", u.ip, u.country, u.method, u.path, u.verifier_id AS "verifierId"`;

const NEXT = prepared(`
  SELECT ${COLUMNS} FROM token_use u
  WHERE u.received_at >= $1::timestamptz AND u.received_at <= $3::timestamptz AND (u.received_at, u.id) > ($1::timestamptz, $2::uuid)
  ORDER BY u.received_at, u.id LIMIT $4::int`);

const WITHIN = (slice: string) => `u.received_at >= ${slice}.from_at AND u.received_at <= ${slice}.to_at
  AND (u.received_at, u.id) > (${slice}.from_at, ${slice}.from_id) AND (u.received_at, u.id) <= (${slice}.to_at, ${slice}.to_id)`;

const DUE = prepared(`
  SELECT s.to_at AS "toAt", s.to_id AS "toId", s.seen, s.looks, x.there FROM (
    SELECT * FROM detection_slice WHERE due_at <= $1::timestamptz ORDER BY due_at, to_at LIMIT ${SLICES_AT_ONCE}) s
  CROSS JOIN LATERAL (SELECT count(*)::int AS there FROM token_use u WHERE ${WITHIN("s")}) x`);

const OF_SLICE = prepared(`
  SELECT ${COLUMNS} FROM detection_slice s JOIN token_use u ON ${WITHIN("s")} WHERE s.to_at = $1::timestamptz AND s.to_id = $2::uuid`);

/** The last 8 bytes of an id, which are random. */
function tailOf(id: string): Buffer {
  return Buffer.from(id.slice(19).replace("-", ""), "hex");
}

function tailsOf(rows: readonly UseRecord[]): Buffer {
  return Buffer.concat(rows.map(({ id }) => tailOf(id)));
}

/**
 * The next rows after a place, in order, and the place behind them. What may still be on its way into the stretch is looked for later: the stretch is kept with
 * the ids that were taken, three minutes long.
 *
 * @param until nothing later is read: rows of the last moment are mostly still being written.
 */
export async function readNextUses(
  tx: Sql,
  from: Place,
  until: Date,
): Promise<{ rows: UseRecord[]; place: Place }> {
  const rows = await tx.query<UseRecord>(NEXT, [from.at, from.id, until, USES_AT_ONCE]);
  const last = rows.at(-1);
  if (last === undefined) return { rows, place: from };
  const place = { at: last.receivedAt, id: last.id };
  if (place.at.getTime() > until.getTime() - SETTLED_MS)
    await tx.query(
      `INSERT INTO detection_slice (from_at, from_id, to_at, to_id, seen, looks, due_at)
       VALUES ($1::timestamptz, $2::uuid, $3::timestamptz, $4::uuid, $5::bytea, 0, $6::timestamptz)`,
      [from.at, from.id, place.at, place.id, tailsOf(rows), dueAt(until, 0)],
    );
  return { rows, place };
}

function dueAt(now: Date, looks: number): Date {
  return new Date(now.getTime() + (LOOK_AFTER_SECONDS[looks] ?? 0) * 1_000);
}

type DueSlice = { toAt: Date; toId: string; seen: Buffer; looks: number; there: number };

/** Rows that were committed into stretches after those had been read: each once. A stretch that was looked at often enough is let go of. */
export async function readLateUses(tx: Sql, now: Date): Promise<UseRecord[]> {
  const late: UseRecord[] = [];
  for (const slice of await tx.query<DueSlice>(DUE, [now])) {
    if (late.length >= USES_AT_ONCE) break;
    const came = slice.there * 8 === slice.seen.length ? [] : await readUnseen(tx, slice);
    late.push(...came);
    await lookAgain(tx, slice, came, now);
  }
  return late;
}

async function readUnseen(tx: Sql, { toAt, toId, seen }: DueSlice): Promise<UseRecord[]> {
  const known = new Set<string>();
  for (let at = 0; at < seen.length; at += 8) known.add(seen.toString("hex", at, at + 8));
  const rows = await tx.query<UseRecord>(OF_SLICE, [toAt, toId]);
  return rows.filter(({ id }) => !known.has(tailOf(id).toString("hex")));
}

async function lookAgain(
  tx: Sql,
  { toAt, toId, seen, looks }: DueSlice,
  came: readonly UseRecord[],
  now: Date,
): Promise<void> {
  if (looks + 1 < LOOK_AFTER_SECONDS.length)
    await tx.query(
      "UPDATE detection_slice SET looks = $3::smallint, due_at = $4::timestamptz, seen = $5::bytea WHERE to_at = $1::timestamptz AND to_id = $2::uuid",
      [toAt, toId, looks + 1, dueAt(now, looks + 1), Buffer.concat([seen, tailsOf(came)])],
    );
  else
    await tx.query("DELETE FROM detection_slice WHERE to_at = $1::timestamptz AND to_id = $2::uuid", [
      toAt,
      toId,
    ]);
}

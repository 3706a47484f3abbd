import type { Sql } from "../db/sql.ts";
import { LIST_OPEN_MS, LIST_SIZE } from "./model.ts";
import { createPermutation } from "./permutation.ts";

/** Where a token's status will stand. */
export type StatusPlace = { listId: number; index: number };

/** Ends of lives that a list allows for beyond the longest one asked for yet, so that they are seldom written. */
const LIVES_AHEAD_MS = 3_600_000;
/** A token is issued within so much of when its index was taken. */
const ISSUE_MARGIN_MS = 60_000;

/** The list that a process hands indexes out of. */
type OpenList = {
  id: number;
  openedAtMs: number;
  livesUntilMs: number;
  taken: number;
  indexOf(place: number): number;
};

export type StatusAllocatorOptions = {
  db: Sql;
  /** The process, as its evidence names it. */
  writerId: string;
  now?: () => number;
  /** A power of four, 2^20 at most. */
  size?: number;
};

export type StatusAllocator = {
  /**
   * The next free index, which no other token gets. At once from memory; the first time, and once a day or a million tokens, after the database has noted a
   * list as this process's own.
   *
   * @param ttlSeconds how long the token will live.
   * @throws whatever the database throws: the token cannot be issued.
   */
  take(ttlSeconds: number): StatusPlace | Promise<StatusPlace>;
  /** Says that no more is handed out. */
  stop(): Promise<void>;
};

const OPEN = `
  INSERT INTO status_list (writer_id, size, opened_at, lives_until)
  VALUES ($1::uuid, $2::int, $3::timestamptz, $4::timestamptz) RETURNING id`;
const CLOSE = `
  UPDATE status_list SET closed_at = greatest(opened_at, $2::timestamptz) WHERE id = $1::int AND closed_at IS NULL`;
const EXTEND =
  "UPDATE status_list SET lives_until = greatest(lives_until, $2::timestamptz) WHERE id = $1::int";

/**
 * Hands out the places of statuses. Each process has a list of its own, claimed in the database and used in a random order: what is handed out is nowhere written
 * down but with the tokens, and a process that is killed leaves the rest of its list unused.
 *
 * @see draft-ietf-oauth-status-list-21 section 13.2 and 13.3
 */
export function createStatusAllocator(options: StatusAllocatorOptions): StatusAllocator {
  const { db, writerId, now = Date.now, size = LIST_SIZE } = options;
  let open: OpenList | null = null;
  let preparing: Promise<void> | null = null;
  let isStopped = false;

  async function close({ id }: OpenList): Promise<void> {
    await db.query(CLOSE, [id, new Date(now() + ISSUE_MARGIN_MS)]);
  }

  /** A list that has run out is closed by its successor; where that fails it stays open on record, which a day's end closes as well. */
  async function claim(untilMs: number): Promise<void> {
    const openedAtMs = now();
    const livesUntilMs = untilMs + LIVES_AHEAD_MS;
    const [row] = await db.query<{ id: number }>(OPEN, [
      writerId,
      size,
      new Date(openedAtMs),
      new Date(livesUntilMs),
    ]);
    if (row === undefined) throw new Error("a status list was not claimed");
    const before = open;
    open = {
      id: row.id,
      openedAtMs,
      livesUntilMs,
      taken: 0,
      indexOf: createPermutation(Math.log2(size)),
    };
    if (before !== null) await close(before).catch(() => {});
  }

  async function extend(list: OpenList, untilMs: number): Promise<void> {
    const livesUntilMs = untilMs + LIVES_AHEAD_MS;
    await db.query(EXTEND, [list.id, new Date(livesUntilMs)]);
    list.livesUntilMs = Math.max(list.livesUntilMs, livesUntilMs);
  }

  /** The open list where it may be used for such a token. */
  function usable(atMs: number): OpenList | null {
    if (open === null || open.taken >= size) return null;
    // a clock that went back would issue before the list was opened, where nobody looks for its tokens
    return atMs >= open.openedAtMs && atMs - open.openedAtMs < LIST_OPEN_MS ? open : null;
  }

  function prepare(untilMs: number): Promise<void> {
    preparing ??= (async () => {
      const list = usable(now());
      if (list === null) await claim(untilMs);
      else if (list.livesUntilMs < untilMs) await extend(list, untilMs);
    })().finally(() => {
      preparing = null;
    });
    return preparing;
  }

  async function takeLater(ttlMs: number): Promise<StatusPlace> {
    for (;;) {
      await prepare(now() + ttlMs + ISSUE_MARGIN_MS);
      const place = takeNow(ttlMs);
      if (place !== null) return place;
    }
  }

  function takeNow(ttlMs: number): StatusPlace | null {
    const atMs = now();
    const list = usable(atMs);
    if (list === null || list.livesUntilMs < atMs + ttlMs + ISSUE_MARGIN_MS) return null;
    const index = list.indexOf(list.taken);
    list.taken += 1;
    return { listId: list.id, index };
  }

  return {
    take(ttlSeconds) {
      const ttlMs = ttlSeconds * 1_000;
      return takeNow(ttlMs) ?? takeLater(ttlMs);
    },
    async stop() {
      if (isStopped || open === null) return;
      isStopped = true;
      await close(open).catch(() => {});
    },
  };
}

import { createHash } from "node:crypto";
import type { Sql } from "../db/sql.ts";

/** The last order at or before a position, and the chunks of selections after it. */
const ENTRIES = `
  SELECT o.id::text AS id, (SELECT string_agg(c.selection_id || ':' || c.number, ' ' ORDER BY c.position) FROM selection_chunk c
    WHERE c.position > o.position AND c.position <= $1::bigint) AS chunks
  FROM (SELECT id, position FROM revocation_order WHERE position <= $1::bigint ORDER BY position DESC LIMIT 1) o`;

const MAX_KNOWN = 1_000;

/** The mark of a position: it follows from the order there, or from the last one before it and the chunks since. */
export function markOf(orderId: string, chunks: string | null = null): string {
  const text = chunks === null ? orderId : `${orderId} ${chunks}`;
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

/**
 * What tells a position from the same position of another history: ids of orders are given once, so where a restored database went on by itself, what
 * stands at a position is another entry. Nothing is stored for it. The last thousand are remembered.
 */
export class FeedMarks {
  readonly #db: Sql;
  readonly #known = new Map<number, string | null>();

  constructor(db: Sql) {
    this.#db = db;
  }

  /** Null where there is nothing to tell apart: at position 0. The position must not lie beyond the head. */
  async of(position: number): Promise<string | null> {
    const known = this.#known.get(position);
    if (known !== undefined) return known;
    const [entry] =
      position === 0
        ? []
        : await this.#db.query<{ id: string; chunks: string | null }>(ENTRIES, [BigInt(position)]);
    const mark = entry === undefined ? null : markOf(entry.id, entry.chunks);
    this.#remember(position, mark);
    return mark;
  }

  /** Notes the order at a position, which need not be read then. @returns its mark. */
  note(position: number, orderId: string): string {
    const mark = markOf(orderId);
    this.#remember(position, mark);
    return mark;
  }

  #remember(position: number, mark: string | null): void {
    if (this.#known.size >= MAX_KNOWN) this.#known.delete(this.#known.keys().next().value as number);
    this.#known.set(position, mark);
  }
}

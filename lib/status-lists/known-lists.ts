import type { Sql } from "../db/sql.ts";
import type { StatusListRecord } from "./read-statuses.ts";

const COLUMNS = `id, size, opened_at AS "openedAt", closed_at AS "closedAt", lives_until AS "livesUntil"`;

/** A list whose last token has just expired is still asked for: clocks differ. */
const KEPT = "1 hour";

/** What is known is asked for anew after so long: a list that another process has just claimed is one that nobody knows yet. */
const REFRESH_MS = 1_000;

/** The lists whose tokens can still be live, as the database last told them. */
export class KnownLists {
  readonly #db: Sql;
  #lists: ReadonlyMap<number, StatusListRecord> = new Map();
  #newest = 0;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;

  constructor(db: Sql) {
    this.#db = db;
  }

  async #read(): Promise<void> {
    const readAt = performance.now();
    const records = await this.#db.query<StatusListRecord>(
      `SELECT ${COLUMNS} FROM status_list WHERE lives_until > clock_timestamp() - interval '${KEPT}' ORDER BY id`,
    );
    this.#lists = new Map(records.map((record) => [record.id, record]));
    this.#newest = records.at(-1)?.id ?? 0;
    this.#readAt = readAt;
  }

  #refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  get #isOld(): boolean {
    return performance.now() - this.#readAt > REFRESH_MS;
  }

  /** A list, or null where there is none of that number or its tokens have long expired. */
  async find(id: number): Promise<StatusListRecord | null> {
    const known = this.#lists.get(id);
    if (known !== undefined && !this.#isOld) return known;
    if (this.#isOld || id > this.#newest) await this.#refresh();
    return this.#lists.get(id) ?? null;
  }

  /** The lists that can have a live token. */
  async live(now: Date): Promise<StatusListRecord[]> {
    if (this.#isOld) await this.#refresh();
    return [...this.#lists.values()].filter((list) => list.livesUntil > now);
  }
}

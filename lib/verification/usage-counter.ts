import { prepared, type Sql } from "../db/sql.ts";
import { LAST_USED_PRECISION_SECONDS } from "../tokens/model.ts";
import type { TokenUseRow } from "./use-writer.ts";

type Delta = { lastUsedAt: Date | null; uses: number; refusals: number; lastIp: string | null };

const WRITE = prepared(`
  INSERT INTO token_usage AS u (token_id, last_used_at, use_count, refused_count, last_ip)
  SELECT d.token_id, d.last_used_at, d.uses, d.refusals, d.last_ip
  FROM json_to_recordset($1::json) AS d(token_id uuid, last_used_at timestamptz, uses bigint, refusals bigint, last_ip text)
  ORDER BY d.token_id
  ON CONFLICT (token_id) DO UPDATE SET last_used_at = greatest(u.last_used_at, excluded.last_used_at),
    use_count = u.use_count + excluded.use_count, refused_count = u.refused_count + excluded.refused_count,
    last_ip = coalesce(excluded.last_ip, u.last_ip)`);

function later(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}

/**
 * Last use and counts of tokens, written together every second: kept beside the evidence in `token_use`, which is exact, so that a busy token
 * costs one row update a second and not one a use. A refused attempt counts apart and is no use.
 */
export class UsageCounter {
  readonly #db: Sql;
  readonly #onError: (error: unknown) => void;
  #deltas = new Map<string, Delta>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();

  constructor(db: Sql, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.flush(), (LAST_USED_PRECISION_SECONDS * 1_000) / 2);
    this.#timer.unref();
  }

  count(rows: readonly TokenUseRow[]): void {
    for (const row of rows) {
      const isUse = row.refusal === null;
      const delta = this.#deltas.get(row.tokenId);
      if (delta === undefined) {
        this.#deltas.set(row.tokenId, {
          lastUsedAt: isUse ? row.at : null,
          uses: isUse ? 1 : 0,
          refusals: isUse ? 0 : 1,
          lastIp: row.ip,
        });
      } else {
        if (isUse) delta.uses += 1;
        else delta.refusals += 1;
        if (isUse) delta.lastUsedAt = later(delta.lastUsedAt, row.at);
        delta.lastIp = row.ip ?? delta.lastIp;
      }
    }
  }

  /** Writes what has gathered. What cannot be written is kept for the next time. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#flush());
    return this.#writing;
  }

  async #flush(): Promise<void> {
    if (this.#deltas.size === 0) return;
    const deltas = this.#deltas;
    this.#deltas = new Map();
    try {
      const rows = [...deltas].map(([tokenId, delta]) => ({
        token_id: tokenId,
        last_used_at: delta.lastUsedAt,
        uses: delta.uses,
        refusals: delta.refusals,
        last_ip: delta.lastIp,
      }));
      await this.#db.query(WRITE, [JSON.stringify(rows)]);
    } catch (error) {
      this.#onError(error);
      for (const [tokenId, delta] of this.#deltas) {
        const older = deltas.get(tokenId);
        if (older === undefined) deltas.set(tokenId, delta);
        else
          deltas.set(tokenId, {
            lastUsedAt: later(delta.lastUsedAt, older.lastUsedAt),
            uses: delta.uses + older.uses,
            refusals: delta.refusals + older.refusals,
            lastIp: delta.lastIp ?? older.lastIp,
          });
      }
      this.#deltas = deltas;
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}

import type { Sql } from "../db/sql.ts";
import { type ChainHead, type Checkpoint, readCheckpoint } from "./checkpoint.ts";

/** A checkpoint may lag behind a seal by minutes. */
const CHECKPOINTS_AHEAD = 15;

type Signed = { jws: string; checkpoint: Checkpoint };
const signedOf = ({ jws }: { jws: string }): Signed[] => {
  const checkpoint = readCheckpoint(jws);
  return checkpoint === null ? [] : [{ jws, checkpoint }];
};

/** Checkpoints of one making, each read once. */
export class SignedHeads {
  readonly #db: Sql;
  readonly #near = new Map<number, Signed[]>();
  readonly #used = new Map<bigint, Signed>();
  #newest: Signed[] | null = null;

  constructor(db: Sql) {
    this.#db = db;
  }

  /** Those that were given out, in order. */
  get used(): string[] {
    const used = [...this.#used].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return used.map(([, { jws }]) => jws);
  }

  /** The head in a checkpoint that covers a place of a chain: in the first after it, or the nearest of others where clocks went apart; null where none does yet. */
  async headOver(chain: string, sequence: bigint, at: Date): Promise<ChainHead | null> {
    const headIn = ({ checkpoint }: Signed) =>
      checkpoint.heads.find((one) => one.chain === chain && one.sequence >= sequence);
    const first = (await this.#since(at)).find(headIn);
    const others = first === undefined ? [...this.#used.values(), ...(await this.#last())] : [first];
    const [nearest] = others
      .flatMap((signed) => {
        const head = headIn(signed);
        return head === undefined ? [] : [{ signed, head }];
      })
      .toSorted((one, other) => (one.head.sequence < other.head.sequence ? -1 : 1));
    if (nearest === undefined) return null;
    this.#used.set(nearest.signed.checkpoint.number, nearest.signed);
    return nearest.head;
  }

  async #since(at: Date): Promise<Signed[]> {
    const second = Math.floor(at.getTime() / 1_000);
    const known = this.#near.get(second);
    if (known !== undefined) return known;
    const rows = await this.#db.query<{ jws: string }>(
      `SELECT jws FROM checkpoint WHERE at >= $1::timestamptz ORDER BY number LIMIT ${CHECKPOINTS_AHEAD}`,
      [new Date(second * 1_000)],
    );
    const signed = rows.flatMap(signedOf);
    this.#near.set(second, signed);
    return signed;
  }

  async #last(): Promise<Signed[]> {
    this.#newest ??= (
      await this.#db.query<{ jws: string }>(
        `SELECT jws FROM checkpoint ORDER BY number DESC LIMIT ${CHECKPOINTS_AHEAD}`,
      )
    ).flatMap(signedOf);
    return this.#newest;
  }
}

import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import type { Refusal } from "#lib/audit/use-words.ts";
import { type Sql, statementOf, type TransactionEnd } from "#lib/db/sql.ts";
import { TransactionEnds } from "#lib/db/transaction-ends.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import type { OrderSubject } from "#lib/revocations/model.ts";
import type { NewToken } from "#lib/tokens/register.ts";
import type { ExchangeGate, Turn } from "./exchange-gate.ts";
import { guarded, guardedSql } from "./protocol-errors.ts";

export type PresentedKind = "refresh_token" | "authorization_code" | "device_code";

/** What was presented to be exchanged. `tokenId` is null for a code, which is no token; `protocolClientId` is the `client_id` of the protocol. */
export type Presented = OrderSubject & {
  kind: PresentedKind;
  tokenId: string | null;
  protocolClientId: string;
  subject: string;
};

function ignore(): void {}

function giveBack(connection: pg.PoolClient, isBroken: boolean): void {
  // a broken one still has its event to come
  if (!isBroken) connection.off("error", ignore);
  connection.release(isBroken);
}

/**
 * One exchange of a code or a refresh token: everything that it reads and writes goes over one connection, between a BEGIN at the first
 * statement and a COMMIT before the answer leaves. Three engine calls (find, consume, save) would otherwise be three chances for another
 * request to come between.
 */
export class Exchange {
  readonly #pool: pg.Pool;
  readonly #gate: ExchangeGate | null;
  readonly #ends = new TransactionEnds();
  #connection: Promise<pg.PoolClient> | null = null;
  #isBroken = false;
  #turn: Turn | null = null;
  presented: Presented | null = null;
  /** Why the presented token is refused, as far as it is known. */
  refusal: Refusal | null = null;
  /** What was presented had been used before: its family is to end. */
  isReplayed = false;
  /** What was presented had been used before and may be used again: the refresh tokens that it had given end with the commit. */
  supersedes: string[] | null = null;
  /** Tokens that are signed and wait for the register. */
  readonly tokens: NewToken[] = [];

  /** `gate` null: whoever makes it has been let in already. */
  constructor(pool: pg.Pool, gate: ExchangeGate | null) {
    this.#pool = pool;
    this.#gate = gate;
  }

  /** Waits until nothing else of this process exchanges within the same family or code; before the first statement. */
  async enter(key: string): Promise<void> {
    if (this.#gate === null || this.#turn !== null) return;
    this.#turn = await guarded(this.#gate.enter(key));
  }

  /** Lets the next one in. The exchange is over, with all that a refusal leaves behind. */
  leave(): void {
    this.#turn?.leave();
    this.#turn = null;
  }

  /** Ends what was begun and waits: without a connection, a lock or a place, but before all others of the family. */
  async pause(ms: number): Promise<void> {
    await this.rollback();
    await guarded(this.#turn?.rest(ms) ?? wait(ms));
  }

  get isBegun(): boolean {
    return this.#connection !== null;
  }

  async #begin(): Promise<pg.PoolClient> {
    const connection = await guarded(this.#pool.connect());
    // a connection that breaks while no statement runs on it tells so by an event; the next statement fails and says the rest
    connection.on("error", ignore);
    try {
      await guarded(connection.query("BEGIN"));
      return connection;
    } catch (error) {
      giveBack(connection, true);
      throw error;
    }
  }

  /** The exchange's connection; the first call begins its transaction. */
  readonly sql: Sql = guardedSql({
    onEnd: (tell) => this.#ends.add(tell),
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) => {
      this.#connection ??= this.#begin();
      const connection = await this.#connection;
      try {
        return (await connection.query(statementOf(text, values))).rows as Row[];
      } catch (error) {
        // a ROLLBACK would wait for the same silence
        if (isUnavailable(error)) this.#isBroken = true;
        throw error;
      }
    },
  });

  async commit(): Promise<void> {
    await this.#end("COMMIT");
  }

  async rollback(): Promise<void> {
    await this.#end("ROLLBACK").catch(() => {});
  }

  async #end(statement: "COMMIT" | "ROLLBACK"): Promise<void> {
    const begun = this.#connection;
    this.#connection = null;
    if (begun === null) return;
    let end: TransactionEnd = "rolled back";
    try {
      const connection = await begun;
      if (this.#isBroken) return giveBack(connection, true);
      try {
        if (statement === "COMMIT") end = "unknown";
        const { command } = await guarded(connection.query(statement));
        // a COMMIT of a failed transaction answers ROLLBACK
        if (command !== statement) throw new Error(`${statement} was answered with ${command}`);
        if (statement === "COMMIT") end = "committed";
      } catch (error) {
        giveBack(connection, true);
        throw error;
      }
      giveBack(connection, false);
    } finally {
      this.#ends.tell(end);
    }
  }
}

const storage = new AsyncLocalStorage<Exchange>();

export function runExchange<T>(exchange: Exchange, work: () => Promise<T>): Promise<T> {
  return storage.run(exchange, work);
}

/** The exchange that the running request is, or null at any other endpoint. */
export function currentExchange(): Exchange | null {
  return storage.getStore() ?? null;
}

/** The connection that engine code must use now: the exchange's own, or any of the pool. */
export function currentSql(db: Sql): Sql {
  return currentExchange()?.sql ?? guardedSql(db);
}

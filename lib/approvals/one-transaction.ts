import type { Context } from "../context.ts";
import type { Database, Transaction } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { holdMailSettings } from "../mail/hold-mail-settings.ts";
import type { GuardedKind } from "./model.ts";

/** Statements of one connection, one after the other, however they are asked for. */
function inTurn(tx: Transaction): Required<Pick<Database, "query" | "alone">> {
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: (tx: Sql) => Promise<T>) => {
    const next = last.then(() => work(tx));
    last = next.catch(() => {});
    return next;
  };
  return {
    alone,
    query: <Row extends object>(text: string, values?: Parameters<Sql["query"]>[1]) =>
      alone((one) => one.query<Row>(text, values)),
  };
}

function databaseOf(outer: Database, tx: Transaction): { db: Database; tx: Transaction } {
  const { query, alone } = inTurn(tx);
  const inner: Transaction = { ...tx, query };
  let count = 0;
  const db: Database = {
    // tells of which database it is: nothing here takes a connection of it
    pool: outer.pool,
    alone,
    prisma: tx.prisma as Database["prisma"],
    query,
    async transaction(work) {
      count += 1;
      const name = `act_${count}`;
      await inner.query(`SAVEPOINT ${name}`);
      try {
        const result = await work(inner);
        await inner.query(`RELEASE SAVEPOINT ${name}`);
        return result;
      } catch (error) {
        await inner.query(`ROLLBACK TO SAVEPOINT ${name}`).catch(() => {});
        throw error;
      }
    },
    end: () => Promise.reject(new Error("a transaction does not end its database")),
  };
  return { db, tx: inner };
}

/**
 * Runs use cases inside of one transaction: what each of them commits is kept only if all of it is, with what is written beside them. It holds what they lock until its end: what only their
 * answers need is read by `answerWithin`, and nothing in it takes a second connection. Whom it tells at its end by mail is told by the settings that it held from its beginning.
 *
 * @param kinds why the act wants a second person: by them it is known whether it may be the settings of e-mail that it changes.
 */
export async function inOneTransaction<T>(
  ctx: Context,
  kinds: Iterable<GuardedKind>,
  work: (inner: Context, tx: Transaction) => Promise<T>,
): Promise<T> {
  const later: ((db: Database) => Promise<void>)[] = [];
  const afterwards = (one: (db: Database) => Promise<void>) => void later.push(one);
  const mayChange = [...kinds].some((kind) => kind === "streams" || kind === "unattended");
  const result = await ctx.db.transaction(async (outer) => {
    await holdMailSettings(outer, { mayChange });
    const { db, tx } = databaseOf(ctx.db, outer);
    return work({ ...ctx, db, afterwards }, tx);
  });
  for (const one of later) await one(ctx.db);
  return result;
}

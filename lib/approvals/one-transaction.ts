import type { Context } from "../context.ts";
import type { Database, Transaction } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";

/** Statements of one connection, one after the other, however they are asked for. */
function inTurn(tx: Transaction): Sql["query"] {
  let last: Promise<unknown> = Promise.resolve();
  return <Row extends object>(text: string, values?: Parameters<Sql["query"]>[1]) => {
    const next = last.then(() => tx.query<Row>(text, values));
    last = next.catch(() => {});
    return next;
  };
}

function databaseOf(outer: Database, tx: Transaction): { db: Database; tx: Transaction } {
  const inner: Transaction = { ...tx, query: inTurn(tx) };
  let count = 0;
  const db: Database = {
    // reads that are bounded by time have a connection of their own
    pool: outer.pool,
    prisma: tx.prisma as Database["prisma"],
    query: inner.query,
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
 * Runs use cases inside of one transaction: what each of them commits is kept only if all of it is, with what is written beside them.
 */
export function inOneTransaction<T>(
  ctx: Context,
  work: (inner: Context, tx: Transaction) => Promise<T>,
): Promise<T> {
  return ctx.db.transaction((outer) => {
    const { db, tx } = databaseOf(ctx.db, outer);
    return work({ ...ctx, db }, tx);
  });
}

import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "./generated/client.ts";
import type { Sql } from "./sql.ts";
import { type DatabaseOptions, openSqlDatabase, type SqlDatabase } from "./sql-database.ts";
import { TransactionEnds } from "./transaction-ends.ts";

/** Prisma inside a transaction, with plain SQL on the same connection. */
export type Tx = Parameters<Parameters<PrismaClient["$transaction"]>[0]>[0];

/** One transaction with both faces: `prisma` for registry entities, `query` for SQL. */
export type Transaction = Sql & { prisma: Tx };

export type Database = Omit<SqlDatabase, "transaction"> & {
  prisma: PrismaClient;
  /**
   * Runs `work` on one connection between BEGIN and COMMIT; whatever it throws rolls all back. It waits up to 5 s for a connection and is rolled back after 30 s:
   * nothing slow belongs in it but statements.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Of a database that is one transaction, and has no connection but that: runs `work` while nothing else runs on it. */
  alone?<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
};

/** Opens the one pool of a process, with Prisma on it. */
export function openDatabase(options: DatabaseOptions): Database {
  const { pool, query, end } = openSqlDatabase(options);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    pool,
    prisma,
    query,
    async transaction(work) {
      const ends = new TransactionEnds();
      let isDone = false;
      try {
        const result = await prisma.$transaction(
          async (tx) => {
            const worked = await work({
              prisma: tx,
              onEnd: (tell) => ends.add(tell),
              query: <Row extends object>(text: string, values: readonly unknown[] = []) =>
                tx.$queryRawUnsafe(text, ...values) as Promise<Row[]>,
            });
            isDone = true;
            return worked;
          },
          { maxWait: 5_000, timeout: 30_000 },
        );
        ends.tell("committed");
        return result;
      } catch (error) {
        ends.tell(isDone ? "unknown" : "rolled back");
        throw error;
      }
    },
    async end() {
      await prisma.$disconnect();
      await end();
    },
  };
}

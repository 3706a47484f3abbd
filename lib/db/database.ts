import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { DomainError, unavailable } from "../errors.ts";
import { endWhenSilent } from "./end-when-silent.ts";
import { PrismaClient } from "./generated/client.ts";
import { preparedName, type Sql } from "./sql.ts";

/** Prisma inside a transaction, with plain SQL on the same connection. */
export type Tx = Parameters<Parameters<PrismaClient["$transaction"]>[0]>[0];

export type Database = Sql & {
  pool: pg.Pool;
  prisma: PrismaClient;
  /** Runs `work` on one connection between BEGIN and COMMIT; whatever it throws rolls all back. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  end(): Promise<void>;
};

/** One transaction with both faces: `prisma` for registry entities, `query` for SQL. */
export type Transaction = Sql & { prisma: Tx };

export type DatabaseRole = "app" | "retention" | "owner";

export type DatabaseOptions = {
  url: string;
  role: DatabaseRole;
  maxConnections: number;
  applicationName: string;
  /** Milliseconds without a byte from the database after which a connection with work under way is given up; by default above the statements' own end. */
  maxSilenceMs?: number;
};

const MAX_SILENCE_MS = 35_000;

/** int8 as bigint in our own SQL; Prisma brings parsers of its own with each of its statements, so that this stays with the pool. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === pg.types.builtins.INT8 && format !== "binary"
      ? (text: string) => BigInt(text)
      : pg.types.getTypeParser(oid, format as "text")) as typeof pg.types.getTypeParser,
};

function roleOption(role: DatabaseRole): string {
  return role === "owner" ? "" : ` -c role=tokenwarden_${role}`;
}

/** Opens the one pool of a process. Connections take the named database role; statements end after 30 s. */
export function openDatabase(options: DatabaseOptions): Database {
  const { url, role, maxConnections, applicationName, maxSilenceMs = MAX_SILENCE_MS } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    application_name: applicationName,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    types,
    options: `-c statement_timeout=30000 -c idle_in_transaction_session_timeout=30000 -c timezone=UTC${roleOption(role)}`,
  });
  // a connection that breaks while idle is replaced by the pool; the next statement reports what is wrong
  pool.on("error", () => {});
  pool.on("connect", (client) => endWhenSilent(client, maxSilenceMs));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });

  async function query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const name = preparedName(text);
    const statement = name === undefined ? { text, values } : { name, text, values };
    return (await pool.query(statement as pg.QueryConfig)).rows as Row[];
  }

  async function transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return prisma.$transaction(
      (tx) =>
        work({
          prisma: tx,
          query: <Row extends object>(text: string, values: readonly unknown[] = []) =>
            tx.$queryRawUnsafe(text, ...values) as Promise<Row[]>,
        }),
      { maxWait: 5_000, timeout: 30_000 },
    );
  }

  async function end(): Promise<void> {
    await prisma.$disconnect();
    if (!pool.ended) await pool.end();
  }

  return { pool, prisma, query, transaction, end };
}

const UNAVAILABLE_STATES = new Set([
  "08000",
  "08001",
  "08003",
  "08004",
  "08006",
  "08P01",
  "53100",
  "53200",
  "53300",
  "53400",
  "57P01",
  "57P02",
  "57P03",
  "58030",
  "57014",
  "25006",
]);
const UNAVAILABLE_SYSTEM = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ETIMEDOUT",
  "EPIPE",
  "ENOTFOUND",
  "EHOSTUNREACH",
]);

/** Whether an error means that the database is gone, full, or refusing work, rather than that a statement is wrong. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DomainError) return error.code === "UNAVAILABLE";
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && (UNAVAILABLE_STATES.has(code) || UNAVAILABLE_SYSTEM.has(code))) return true;
  // Prisma: cannot reach, timed out, closed, transaction could not start
  if (typeof code === "string" && ["P1001", "P1002", "P1008", "P1017", "P2024", "P2028"].includes(code))
    return true;
  if (
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|shutting down|recovery mode/i.test(
      error.message,
    )
  )
    return true;
  // Prisma keeps what a raw statement failed of apart from the cause
  const { driverAdapterError } =
    (error as { meta?: { driverAdapterError?: { cause?: unknown } } }).meta ?? {};
  const { originalCode } = (driverAdapterError?.cause ?? {}) as { originalCode?: unknown };
  if (typeof originalCode === "string" && UNAVAILABLE_STATES.has(originalCode)) return true;
  return error.cause !== undefined && error.cause !== error && isUnavailable(error.cause);
}

/** Rethrows a database that is gone as UNAVAILABLE, everything else as it is. */
export function rethrowUnavailable(error: unknown): never {
  throw isUnavailable(error) && !(error instanceof DomainError) ? unavailable(error) : error;
}

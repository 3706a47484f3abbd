import pg from "pg";
import { endWhenSilent } from "./end-when-silent.ts";
import { parseTimestamp } from "./parse-timestamp.ts";
import { type Sql, statementOf } from "./sql.ts";
import { TransactionEnds } from "./transaction-ends.ts";

/** The pool of a process that speaks SQL alone: without Prisma's client, which takes some 50 MB. */
export type SqlDatabase = Sql & {
  pool: pg.Pool;
  /** Runs `work` on one connection between BEGIN and COMMIT; whatever it throws rolls all back. */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  end(): Promise<void>;
};

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

const parseBigInt = (text: string) => BigInt(text);

/** int8 as bigint in our own SQL; Prisma brings parsers of its own with each of its statements, so that this stays with the pool. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (format !== "binary" && oid === pg.types.builtins.INT8) return parseBigInt;
    if (format !== "binary" && oid === pg.types.builtins.TIMESTAMPTZ) return parseTimestamp;
    return pg.types.getTypeParser(oid, format as "text");
  }) as typeof pg.types.getTypeParser,
};

function roleOption(role: DatabaseRole): string {
  return role === "owner" ? "" : ` -c role=tokenwarden_${role}`;
}

function ignore(): void {}

/** Opens the one pool of a process. Connections take the named database role; statements end after 30 s. */
export function openSqlDatabase(options: DatabaseOptions): SqlDatabase {
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
  pool.on("error", ignore);
  pool.on("connect", (client) => endWhenSilent(client, maxSilenceMs));

  async function query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await pool.query(statementOf(text, values))).rows as Row[];
  }

  async function transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    const connection = await pool.connect();
    // one that breaks while no statement runs on it tells so by an event; the next statement fails and says the rest
    connection.on("error", ignore);
    const ends = new TransactionEnds();
    let isCommitting = false;
    const tx: Sql = {
      onEnd: (tell) => ends.add(tell),
      query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
        (await connection.query(statementOf(text, values))).rows as Row[],
    };
    try {
      await connection.query("BEGIN");
      const result = await work(tx);
      isCommitting = true;
      const { command } = await connection.query("COMMIT");
      isCommitting = false;
      // a COMMIT of a failed transaction answers ROLLBACK
      if (command !== "COMMIT") throw new Error(`COMMIT was answered with ${command}`);
      ends.tell("committed");
      connection.off("error", ignore);
      connection.release();
      return result;
    } catch (error) {
      const isClean = await connection.query("ROLLBACK").then(
        () => true,
        () => false,
      );
      if (isClean) connection.off("error", ignore);
      connection.release(!isClean);
      ends.tell(isCommitting ? "unknown" : "rolled back");
      throw error;
    }
  }

  async function end(): Promise<void> {
    if (!pool.ended) await pool.end();
  }

  return { pool, query, transaction, end };
}

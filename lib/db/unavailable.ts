import { DomainError } from "../errors.ts";

/**
 * A table, column, function or type that is not there, a plan whose result changed, a column that wants a value and that this version does not
 * know: the schema is another version's. Nothing of the statement was done, and within a second the process is told whether it has to end.
 */
const OTHER_SCHEMA_STATES = ["42P01", "42703", "42883", "42704", "3F000", "0A000", "23502"];
const UNAVAILABLE_STATES = new Set([
  ...OTHER_SCHEMA_STATES,
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
  // two waited for each other, as while a migration lands: asked again it works
  "40P01",
  "55P03",
  // it lets nobody in for now, as somebody who looks after it has said
  "55000",
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

/** Prisma: cannot reach, timed out, closed, transaction could not start, deadlock; a table or column that is not there, one that wants a value. */
const PRISMA_CODES = new Set([
  "P1001",
  "P1002",
  "P1008",
  "P1017",
  "P2024",
  "P2028",
  "P2034",
  "P2021",
  "P2022",
  "P2011",
]);

/** Whether an error means that the database is gone, full, refusing work, or of another version, rather than that a request is wrong. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DomainError) return error.code === "UNAVAILABLE";
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && (UNAVAILABLE_STATES.has(code) || UNAVAILABLE_SYSTEM.has(code))) return true;
  if (typeof code === "string" && PRISMA_CODES.has(code)) return true;
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

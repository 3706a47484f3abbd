import { DomainError, unavailable } from "../errors.ts";

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
  // two waited for each other, as while a migration lands: asked again it works
  "40P01",
  "55P03",
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
  // Prisma: cannot reach, timed out, closed, transaction could not start, deadlock
  if (
    typeof code === "string" &&
    ["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2034"].includes(code)
  )
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

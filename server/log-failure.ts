import { seldom } from "#lib/bounds/seldom.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";

/** Of a log what is needed here. */
type FailureLog = Record<"warn" | "error", (fields: object, message: string) => void>;
type Line = { fields: object; message: string };

const awayLines = new WeakMap<FailureLog, (line: Line) => void>();

function awayLineOf(log: FailureLog): (line: Line) => void {
  const known = awayLines.get(log);
  if (known !== undefined) return known;
  const made = seldom<Line>(({ fields, message }, leftOut) => log.warn({ ...fields, leftOut }, message));
  awayLines.set(log, made);
  return made;
}

/** What happened in a few words: statements and stacks say nothing about a database that is away. */
function inWords(error: unknown): string {
  const { code, message, cause } = (error ?? {}) as { code?: unknown; message?: unknown; cause?: unknown };
  const own =
    `${typeof code === "string" ? `${code} ` : ""}${String(message ?? error).split("\n", 1)[0]}`.slice(
      0,
      200,
    );
  return cause instanceof Error && cause !== error ? `${own} <- ${inWords(cause).slice(0, 200)}` : own;
}

/**
 * Logs what failed: an error whole, with its stack. While the database is away every request fails alike: then one line a second, without a
 * stack, with the number of those left out.
 *
 * @param isAway whether it failed because of the database.
 */
export function logFailure(
  log: FailureLog,
  error: unknown,
  fields: object,
  message: string,
  isAway = isUnavailable(error),
): void {
  if (isAway) awayLineOf(log)({ fields: { ...fields, reason: inWords(error) }, message });
  else log.error({ err: error, ...fields }, message);
}

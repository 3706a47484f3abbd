import { errors } from "oidc-provider";
import type { Sql } from "#lib/db/sql.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";

/** The database is gone, full or behind: nothing was handed out. @see RFC 6749 section 4.1.2.1 */
export function temporarilyUnavailable(cause: unknown): errors.OIDCProviderError {
  const error = new errors.TemporarilyUnavailable(
    "The authority cannot reach its database or is behind it. Ask again.",
  );
  error.cause = cause;
  error.status = 503;
  error.statusCode = 503;
  return error;
}

/** A refusal of a grant; `detail` is only logged. */
export function invalidGrant(detail: string): errors.OIDCProviderError {
  return new errors.InvalidGrant(detail);
}

/** Turns a database that is away into the protocol's own word for it; everything else goes on as it is. */
export async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isUnavailable(error) ? temporarilyUnavailable(error) : error;
  }
}

/** The same connection, speaking the protocol's errors. */
export function guardedSql(sql: Sql): Sql {
  const { onEnd } = sql;
  return {
    query: (text, values) => guarded(sql.query(text, values)),
    ...(onEnd === undefined ? {} : { onEnd }),
  };
}

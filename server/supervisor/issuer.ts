import { systemContext } from "#lib/context.ts";
import { openDatabase } from "#lib/db/database.ts";
import type { Env } from "#lib/env.ts";
import { DomainError } from "#lib/errors.ts";
import { keepIssuer } from "#lib/issuer/keep-issuer.ts";
import { StartRefusal } from "#server/start-refusal.ts";

/**
 * Looks at the issuer before anything is started: an authority that refuses it would only be started again and again.
 *
 * @throws {StartRefusal} where the database's tokens are of another issuer.
 */
export async function checkIssuer(env: Env, databaseUrl: string): Promise<void> {
  const db = openDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 1,
    applicationName: "tokenwarden-supervisor",
  });
  try {
    await keepIssuer(systemContext(db, "supervisor"), env.authorityIssuer);
  } catch (error) {
    if (error instanceof DomainError && error.code === "CONFLICT") throw new StartRefusal(error.message);
    throw error;
  } finally {
    await db.end();
  }
}

import { createOwnerFromEnv } from "#lib/admins/create-owner-from-env.ts";
import { createSetupLink } from "#lib/admins/create-setup-link.ts";
import { type Context, systemContext } from "#lib/context.ts";
import { openDatabase } from "#lib/db/database.ts";
import { type Env, EnvError } from "#lib/env.ts";
import { DomainError } from "#lib/errors.ts";

async function withContext<T>(databaseUrl: string, use: (ctx: Context) => Promise<T>): Promise<T> {
  const db = openDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 2,
    applicationName: "tokenwarden-supervisor",
  });
  try {
    return await use(systemContext(db, "supervisor"));
  } finally {
    await db.end();
  }
}

/** A password that is not taken is a setting that cannot be used. */
function rethrowAsEnv(error: unknown): never {
  const why = error instanceof DomainError ? error.fields.find(({ path }) => path === "password") : undefined;
  if (why === undefined) throw error;
  throw new EnvError("ADMIN_PASSWORD", why.message);
}

/**
 * Sees that somebody can become the owner of a new installation: from ADMIN_EMAIL and ADMIN_PASSWORD, or else by the
 * one-time link that is returned. Null when there is an owner.
 */
export async function ensureFirstOwner(env: Env, databaseUrl: string): Promise<string | null> {
  return withContext(databaseUrl, async (ctx) => {
    const { adminEmail: email, adminPassword: password } = env;
    if (email && password) await createOwnerFromEnv(ctx, { email, password }).catch(rethrowAsEnv);
    const link = await createSetupLink(ctx, env.consoleUrl);
    return link?.url ?? null;
  });
}

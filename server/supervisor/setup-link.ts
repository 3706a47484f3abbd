import { systemContext } from "#lib/context.ts";
import { openDatabase } from "#lib/db/database.ts";

interface SetupLinkModule {
  createSetupLink(ctx: ReturnType<typeof systemContext>): Promise<{ url: string; expiresAt: Date } | null>;
}

/** A one-time link with which the first owner is created, or null when there is one. */
export async function findSetupLink(databaseUrl: string): Promise<string | null> {
  const file = new URL("../../lib/admins/create-setup-link.ts", import.meta.url).href;
  const { createSetupLink } = (await import(file)) as SetupLinkModule;
  const db = openDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 1,
    applicationName: "tokenwarden supervisor",
  });
  try {
    const link = await createSetupLink(systemContext(db, "supervisor"));
    return link?.url ?? null;
  } finally {
    await db.end();
  }
}

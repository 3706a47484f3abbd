import { type Context, systemContext } from "#lib/context.ts";
import type { Database } from "#lib/db/database.ts";
import { uuidv7 } from "#lib/ids.ts";

/** An owner of the console, who changes what an authority goes by. */
export function adminOf(db: Database): Context {
  const now = new Date();
  return {
    ...systemContext(db, "test", now),
    actor: {
      kind: "api_token",
      id: uuidv7(now),
      name: "owner@example.com",
      role: "owner",
      isUnattended: true,
      personId: null,
    },
  };
}

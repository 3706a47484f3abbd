import type { Actor, SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notify } from "./notify.ts";

/** What stops whoever it was. */
const WAYS_OUT: Partial<Record<Actor["kind"], string>> = {
  admin: "disable this admin, which ends their sessions",
  api_token: "revoke this API token",
};

/** Tells owners, but for who did it, that a setting of theirs was changed: an act of another is seen without looking for it. */
export async function tellSettingsChanged(
  tx: Sql,
  ctx: SqlContext,
  { what, path }: { what: string; path: string },
): Promise<void> {
  await notify(tx, ctx, {
    kind: "settings_changed",
    key: `settings ${ctx.requestId} ${what}`,
    title: `${ctx.actor.name} changed ${what}`,
    text: `If nobody of you meant to do that, look at the audit log, and ${WAYS_OUT[ctx.actor.kind] ?? "find out who did"}.`,
    path,
    subject: { kind: "setting", id: path, name: what },
    except: [ctx.actor.id],
  });
}

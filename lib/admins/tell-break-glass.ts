import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notify } from "../notifications/notify.ts";

/** Tells every other owner, whatever they chose, that somebody came in without a provider while that is off for everybody else. */
export async function tellBreakGlass(
  tx: Sql,
  ctx: Context,
  { admin, sessionId }: { admin: { id: string; email: string }; sessionId: string },
): Promise<void> {
  const actor = { kind: "admin", id: admin.id, name: admin.email, role: "owner", sessionId } as const;
  await notify(
    tx,
    { ...ctx, actor },
    {
      kind: "break_glass_used",
      key: `break-glass sign-in ${sessionId}`,
      title: `${admin.email} signed in by break-glass`,
      text: `They came in without a provider, from ${ctx.ip ?? "an unknown address"}, while that is off for everybody else. If you do not know why: end their sessions, and look at what they did in the audit log.`,
      path: "/settings/sign-in",
      subject: { kind: "admin", id: admin.id, name: admin.email },
      except: [admin.id],
    },
  );
}

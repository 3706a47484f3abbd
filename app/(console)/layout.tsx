import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { requestContext } from "#app/_lib/context.ts";
import { COLLAPSED_COOKIE } from "#components/frame/collapsed-cookie.ts";
import { DRAWN_FOR_META } from "#components/request/drawn-for.ts";
import { GuardedKinds } from "#components/second-person/guarded-kinds.tsx";
import { findSession } from "#lib/admins/find-session.ts";
import { countOpen } from "#lib/approvals/count-open.ts";
import { guardedKindsOf, readPolicy } from "#lib/approvals/read-policy.ts";
import { ROLE_WORDS, roleHas } from "#lib/authz/roles.ts";
import { getEnv } from "#lib/env.ts";
import { countUnread } from "#lib/notifications/list-notifications.ts";
import { readTablePreferences } from "#lib/preferences/read-table-preferences.ts";
import { BreakGlassNotice } from "./_components/break-glass-notice.tsx";
import { ConsoleFrame } from "./_components/console-frame.tsx";

/** The frame around every page. It protects nothing: each page and use case asks who is there. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const ctx = await requestContext();
  const { actor, db, now } = ctx;
  if (actor.kind !== "admin") return children;
  const [session, tablePreferences, approvals, unread, policy] = await Promise.all([
    findSession(db, { sessionId: actor.sessionId, now }),
    readTablePreferences(ctx),
    countOpen(ctx),
    countUnread(ctx),
    readPolicy(db),
  ]);
  const isCollapsed = (await cookies()).get(COLLAPSED_COOKIE)?.value === "collapsed";
  return (
    <ConsoleFrame
      environmentName={getEnv().environmentName}
      person={{ name: session?.name ?? actor.name, email: actor.name, role: ROLE_WORDS[actor.role] }}
      role={actor.role}
      isCollapsed={isCollapsed}
      tablePreferences={tablePreferences}
      approvals={approvals}
      unread={unread}
      mayExport={roleHas(actor.role, "export:create")}
      now={now.toISOString()}
    >
      <meta name={DRAWN_FOR_META} content={actor.id} />
      {actor.role === "owner" ? <BreakGlassNotice db={db} now={now} /> : null}
      <GuardedKinds kinds={guardedKindsOf(policy)}>{children}</GuardedKinds>
    </ConsoleFrame>
  );
}

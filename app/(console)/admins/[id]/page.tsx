import { Alert } from "@mantine/core";
import type { Metadata } from "next";
import Link from "next/link";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { declaredActs } from "#app/_lib/declared-acts.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { countryOf } from "#app/_lib/places.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { AccessSummary } from "#app/(console)/_components/access-summary.tsx";
import { AccessTable } from "#app/(console)/_components/access-table.tsx";
import { accessWords as access } from "#app/(console)/_components/access-words.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { SessionsTable } from "#app/(console)/_components/sessions-table.tsx";
import { allRoutes } from "#app/api/v1/_definitions.ts";
import { Card } from "#components/display/card.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { explainSubject } from "#lib/access/explain-access.ts";
import { getAdmin } from "#lib/admins/get-admin.ts";
import { listSessionsOf } from "#lib/admins/list-sessions.ts";
import { countTokensBackOf } from "#lib/admins/tokens-back.ts";
import { can } from "#lib/authz/require-permission.ts";
import { listFactorsOf } from "#lib/passkeys/list-factors.ts";
import { AdminActions } from "../_components/admin-actions.tsx";
import { AdminFactors, AdminFacts } from "../_components/admin-cards.tsx";
import { ADMIN_BADGES, stateMeans, adminWords as words } from "../_components/words.ts";
import classes from "./admin.module.css";

type AdminPageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readAdmin = cache(async (id: string) => getAdmin(await requestContext(), { adminId: id }));

export async function generateMetadata({ params }: AdminPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readAdmin(id).then((found) => found.name),
    words.one,
  );
}

export default async function AdminPage({ params }: AdminPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/admins/${id}`);
  if (!can(ctx, "admin:read")) return <NotForRole role={ctx.actor.role} />;
  const admin = await orNotFound(readAdmin(id));
  const [factors, sessions, tokensBack, explained] = await Promise.all([
    listFactorsOf(ctx, { adminId: admin.id }),
    listSessionsOf(ctx, { adminId: admin.id }, countryOf),
    countTokensBackOf(ctx, admin),
    explainSubject(ctx, { kind: "admin", id: admin.id }, declaredActs(allRoutes())),
  ]);
  const { badge, word } = ADMIN_BADGES[admin.state];
  const canWrite = can(ctx, "admin:write");
  return (
    <Page>
      <PageHeader
        title={admin.name}
        purpose={admin.email}
        badges={
          <span title={stateMeans(admin)}>
            <StateBadge state={badge}>{word}</StateBadge>
          </span>
        }
        crumbs={[{ name: words.title, href: "/admins" }]}
        actions={
          canWrite && admin.id !== ctx.actor.id ? (
            <AdminActions admin={admin} tokensBack={tokensBack} />
          ) : null
        }
      />
      {admin.invitationEnd === null ? null : <Alert color="yellow">{stateMeans(admin)}</Alert>}
      <Columns
        main={
          <AccessSummary explained={explained}>
            <details className={classes.each}>
              <summary>
                {access.each(explained.areas.reduce((sum, { permissions }) => sum + permissions.length, 0))}
              </summary>
              <div className={classes.list}>
                <p>
                  <Link prefetch={false} href={`/access?admin=${admin.id}`}>
                    {access.everything}
                  </Link>
                </p>
                <AccessTable areas={explained.areas} />
              </div>
            </details>
          </AccessSummary>
        }
        side={
          <>
            <AdminFacts admin={admin} />
            <AdminFactors factors={factors} />
          </>
        }
      />
      <Card title={words.sessions} flush={sessions.total > 0}>
        {sessions.total === 0 ? (
          <p className="muted">{words.noSessions}</p>
        ) : (
          <SessionsTable sessions={sessions} url={`/api/v1/admins/${admin.id}/sessions`} canEnd={canWrite} />
        )}
      </Card>
    </Page>
  );
}

import type { Metadata } from "next";
import { cache, Suspense } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { CasesOf } from "#app/(console)/_components/cases-of.tsx";
import { CompromiseCard } from "#app/(console)/_components/compromise-card.tsx";
import { LiveTokens } from "#app/(console)/_components/live-tokens.tsx";
import { OpenCaseOf } from "#app/(console)/_components/open-case-of.tsx";
import { readWindow } from "#app/(console)/_components/read-window.ts";
import { RecentActs } from "#app/(console)/_components/recent-acts.tsx";
import { RecentUses } from "#app/(console)/_components/recent-uses.tsx";
import { SubjectTabs } from "#app/(console)/_components/subject-tabs.tsx";
import { UseMap } from "#app/(console)/_components/use-map.tsx";
import { mapWords } from "#app/(console)/_components/use-map-words.ts";
import { parseWindow } from "#app/(console)/_components/window-param.ts";
import { groupChoices } from "#app/(console)/_lib/choices.ts";
import { Card } from "#components/display/card.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Bar } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { listIncidentsOf } from "#lib/incidents/list-incidents-of.ts";
import { getUserAccess } from "#lib/sign-on/get-user-access.ts";
import { getGroupReach } from "#lib/users/get-group-reach.ts";
import { getUser } from "#lib/users/get-user.ts";
import { eraseWords } from "../_components/erase-words.ts";
import { DangerZone, ErasedNotice } from "../_components/erasure-cards.tsx";
import { UserAccessCards } from "../_components/user-access.tsx";
import { UserActions } from "../_components/user-actions.tsx";
import { UserFacts, UserGroups, UserPermissions } from "../_components/user-cards.tsx";
import { userWords as words } from "../_components/words.ts";

type UserPageProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ window?: string | string[] }>;
};

/** Read once for the title and the page. */
const readUser = cache(async (id: string) => getUser(await requestContext(), { userId: id }));

export async function generateMetadata({ params }: Pick<UserPageProps, "params">): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readUser(id).then((found) => found.name),
    words.one,
  );
}

export default async function UserPage({ params, searchParams }: UserPageProps) {
  const { id } = await params;
  const asked = parseWindow((await searchParams).window);
  const ctx = await requireSignedIn(`/users/${id}`);
  const user = await orNotFound(readUser(id));
  const isErased = user.erasedAt !== null || user.isBeingErased;
  const canWrite = can(ctx, "user:write") && !isErased;
  const [groups, reach, access, cases] = await Promise.all([
    canWrite ? groupChoices(ctx) : [],
    canWrite ? getGroupReach(ctx, { userId: user.id }) : [],
    getUserAccess(ctx, { userId: user.id }),
    listIncidentsOf(ctx, [user.id]),
  ]);
  const { window, inCase } = await readWindow(ctx, { kind: "user", id: user.id }, asked, cases);
  const canOpenCase = can(ctx, "incident:write") && user.erasedAt === null;
  const caseTitle = `Account of ${user.email}`;
  return (
    <Page>
      <PageHeader
        title={user.name}
        badges={<StateBadge state={user.state} />}
        purpose={user.erasedAt === null ? user.email : eraseWords.nobodys}
        crumbs={[{ name: words.title, href: "/users" }]}
        actions={
          <>
            {canOpenCase ? <OpenCaseOf kind="user" id={user.id} title={caseTitle} /> : null}
            <UserActions
              user={user}
              groups={groups}
              reach={reach}
              canWrite={canWrite}
              canDisable={can(ctx, "user:disable")}
              canRevoke={can(ctx, "user:revoke") && user.erasedAt === null}
            />
          </>
        }
      />
      <SubjectTabs kind="user" id={user.id} current="itself" />
      <ErasedNotice ctx={ctx} user={user} />
      <Columns
        main={
          <>
            <UserAccessCards
              userId={user.id}
              access={access}
              canEnd={can(ctx, "session:revoke")}
              canWithdraw={can(ctx, "family:revoke")}
            />
            <LiveTokens ctx={ctx} of={{ user: user.id }} />
            <CompromiseCard
              of={{ kind: "user", id: user.id, title: caseTitle }}
              window={window}
              inCase={inCase}
              canOpenCase={canOpenCase}
            />
            <RecentUses ctx={ctx} of={{ user: user.id }} title="Uses" />
            <Suspense
              fallback={
                <Card title={mapWords.title}>
                  <Bar height={180} />
                </Card>
              }
            >
              <UseMap ctx={ctx} of={{ user: user.id }} />
            </Suspense>
            <UserPermissions user={user} />
          </>
        }
        side={
          <>
            <UserFacts user={user} />
            <CasesOf cases={cases} />
            <UserGroups user={user} />
            <RecentActs ctx={ctx} target="user" targetId={user.id} />
            <DangerZone ctx={ctx} user={user} />
          </>
        }
      />
    </Page>
  );
}

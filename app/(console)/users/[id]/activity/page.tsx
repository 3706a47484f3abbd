import type { Metadata } from "next";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { parseAsked } from "#app/(console)/_components/lifeline/asked.ts";
import { Followed } from "#app/(console)/_components/lifeline/followed.tsx";
import { SubjectTabs } from "#app/(console)/_components/subject-tabs.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { listIncidentsOf } from "#lib/incidents/list-incidents-of.ts";
import { getUser } from "#lib/users/get-user.ts";
import { eraseWords } from "../../_components/erase-words.ts";
import { userWords as words } from "../../_components/words.ts";

type UserActivityProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** Read once for the title and the page. */
const readUser = cache(async (id: string) => getUser(await requestContext(), { userId: id }));

export async function generateMetadata({ params }: Pick<UserActivityProps, "params">): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readUser(id).then(({ name }) => words.activityOf(name)),
    words.one,
  );
}

/** A person through time: what was done with their tokens, from where, and by which clients. */
export default async function UserActivityPage({ params, searchParams }: UserActivityProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/users/${id}/activity`);
  const user = await orNotFound(readUser(id));
  const asked = parseAsked(await searchParams);
  const cases = await listIncidentsOf(ctx, [user.id]);
  return (
    <Page>
      <PageHeader
        title={user.name}
        badges={<StateBadge state={user.state} />}
        purpose={user.erasedAt === null ? user.email : eraseWords.nobodys}
        crumbs={[{ name: words.title, href: "/users" }]}
      />
      <SubjectTabs kind="user" id={user.id} current="activity" />
      <Followed
        ctx={ctx}
        kind="user"
        id={user.id}
        asked={asked}
        log={{ user: user.erasedAt === null ? user.email : user.id }}
        cases={cases}
        caseTitle={`Account of ${user.email}`}
      />
    </Page>
  );
}

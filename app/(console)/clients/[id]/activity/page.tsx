import type { Metadata } from "next";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { parseAsked } from "#app/(console)/_components/lifeline/asked.ts";
import { Followed } from "#app/(console)/_components/lifeline/followed.tsx";
import { OpenCaseOf } from "#app/(console)/_components/open-case-of.tsx";
import { SubjectTabs } from "#app/(console)/_components/subject-tabs.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getClient } from "#lib/clients/get-client.ts";
import { listIncidentsOf } from "#lib/incidents/list-incidents-of.ts";
import { clientWords as words } from "../../_components/words.ts";

type ClientActivityProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** Read once for the title and the page. */
const readClient = cache(async (id: string) => getClient(await requestContext(), { clientId: id }));

export async function generateMetadata({ params }: Pick<ClientActivityProps, "params">): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readClient(id).then(({ name }) => words.activityOf(name)),
    words.one,
  );
}

/** A client through time: what was done with its tokens, from where, and by whom. */
export default async function ClientActivityPage({ params, searchParams }: ClientActivityProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/clients/${id}/activity`);
  const client = await orNotFound(readClient(id));
  const asked = parseAsked(await searchParams);
  const cases = await listIncidentsOf(ctx, [client.id]);
  const caseTitle = `Client ${client.name}`;
  return (
    <Page>
      <PageHeader
        title={client.name}
        badges={<StateBadge state={client.state} />}
        purpose={client.description || words.purpose}
        crumbs={[{ name: words.title, href: "/clients" }]}
        actions={
          can(ctx, "incident:write") ? <OpenCaseOf kind="client" id={client.id} title={caseTitle} /> : null
        }
      />
      <SubjectTabs kind="client" id={client.id} current="activity" />
      <Followed
        ctx={ctx}
        kind="client"
        id={client.id}
        asked={asked}
        log={{ client: client.clientId }}
        cases={cases}
        caseTitle={caseTitle}
      />
    </Page>
  );
}

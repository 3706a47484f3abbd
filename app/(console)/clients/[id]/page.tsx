import type { Metadata } from "next";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { LiveTokens } from "#app/(console)/_components/live-tokens.tsx";
import { RecentActs } from "#app/(console)/_components/recent-acts.tsx";
import { RecentUses } from "#app/(console)/_components/recent-uses.tsx";
import { SubjectTabs } from "#app/(console)/_components/subject-tabs.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getClient } from "#lib/clients/get-client.ts";
import { getOrganisation } from "#lib/organisation/get-organisation.ts";
import { ClientActions } from "../_components/client-actions.tsx";
import {
  ClientAddresses,
  ClientClaims,
  ClientFacts,
  ClientLifetime,
  ClientOpens,
  ClientSecrets,
} from "../_components/client-cards.tsx";
import { ClientFindings } from "../_components/client-findings.tsx";
import { ClientKeys } from "../_components/client-keys.tsx";
import { clientWords as words } from "../_components/words.ts";

type ClientPageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readClient = cache(async (id: string) => getClient(await requestContext(), { clientId: id }));

export async function generateMetadata({ params }: ClientPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readClient(id).then((found) => found.name),
    words.one,
  );
}

export default async function ClientPage({ params }: ClientPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/clients/${id}`);
  const client = await orNotFound(readClient(id));
  const organisation = await getOrganisation(ctx);
  return (
    <Page>
      <PageHeader
        title={client.name}
        badges={<StateBadge state={client.state} />}
        purpose={client.description || words.purpose}
        crumbs={[{ name: words.title, href: "/clients" }]}
        actions={
          <ClientActions
            client={client}
            canWrite={can(ctx, "client:write")}
            canRevoke={can(ctx, "client:revoke")}
          />
        }
      />
      <SubjectTabs kind="client" id={client.id} current="itself" />
      <Columns
        main={
          <>
            <ClientFindings client={client} />
            <ClientLifetime client={client} bounds={organisation} />
            <ClientOpens client={client} />
            <LiveTokens ctx={ctx} of={{ client: client.clientId }} />
            <RecentUses ctx={ctx} of={{ client: client.clientId }} title="Uses" />
          </>
        }
        side={
          <>
            <ClientFacts client={client} />
            <ClientSecrets client={client} canWrite={can(ctx, "client:write")} />
            <ClientKeys client={client} canWrite={can(ctx, "client:write")} />
            <ClientAddresses client={client} />
            <ClientClaims client={client} />
            <RecentActs ctx={ctx} target="client" targetId={client.id} />
          </>
        }
      />
    </Page>
  );
}

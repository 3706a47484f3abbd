import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { audienceChoices, groupChoices } from "#app/(console)/_lib/choices.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getClient } from "#lib/clients/get-client.ts";
import { getOrganisation } from "#lib/organisation/get-organisation.ts";
import { EditClient } from "../../_components/edit-client.tsx";
import { clientWords as words } from "../../_components/words.ts";

export const metadata: Metadata = { title: words.editTitle };

export default async function EditClientPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/clients/${id}/edit`);
  if (!can(ctx, "client:write")) return <NotForRole role={ctx.actor.role} />;
  const client = await orNotFound(getClient(ctx, { clientId: id }));
  const [audiences, groups, organisation] = await Promise.all([
    audienceChoices(ctx),
    groupChoices(ctx),
    getOrganisation(ctx),
  ]);
  return (
    <Page>
      <PageHeader
        title={words.editTitle}
        purpose={client.clientId}
        crumbs={[
          { name: words.title, href: "/clients" },
          { name: client.name, href: `/clients/${client.id}` },
        ]}
      />
      <EditClient
        key={client.version}
        client={client}
        audiences={audiences}
        groups={groups}
        bounds={organisation}
      />
    </Page>
  );
}

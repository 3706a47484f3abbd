import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { audienceChoices, groupChoices } from "#app/(console)/_lib/choices.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { getOrganisation } from "#lib/organisation/get-organisation.ts";
import { CreateClient } from "../_components/create-client.tsx";
import { clientWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.createTitle };

export default async function CreateClientPage() {
  const ctx = await requireSignedIn("/clients/new");
  if (!can(ctx, "client:write")) return <NotForRole role={ctx.actor.role} />;
  const [audiences, groups, organisation] = await Promise.all([
    audienceChoices(ctx),
    groupChoices(ctx),
    getOrganisation(ctx),
  ]);
  return (
    <Page>
      <PageHeader
        title={words.createTitle}
        purpose={words.createPurpose}
        crumbs={[{ name: words.title, href: "/clients" }]}
      />
      <CreateClient
        audiences={audiences}
        groups={groups}
        bounds={organisation}
        issuer={getEnv().authorityIssuer}
      />
    </Page>
  );
}

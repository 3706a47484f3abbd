import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { audienceChoices, groupChoices } from "#app/(console)/_lib/choices.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { getOrganisation } from "#lib/organisation/get-organisation.ts";
import { listVerifierNames } from "#lib/verifiers/list-verifier-names.ts";
import { CreateClient } from "../_components/create-client.tsx";
import { clientWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.createTitle };

export default async function CreateClientPage() {
  const ctx = await requireSignedIn("/clients/new");
  if (!can(ctx, "client:write")) return <NotForRole role={ctx.actor.role} />;
  const canAddVerifier = can(ctx, "verifier:read") && can(ctx, "verifier:write");
  const [audiences, groups, organisation, verifiers] = await Promise.all([
    audienceChoices(ctx),
    groupChoices(ctx),
    getOrganisation(ctx),
    canAddVerifier ? listVerifierNames(ctx) : null,
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
        needsVerifier={verifiers?.length === 0}
        issuer={getEnv().authorityIssuer}
      />
    </Page>
  );
}

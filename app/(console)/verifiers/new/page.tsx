import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { audienceChoices } from "#app/(console)/_lib/choices.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { CreateVerifier } from "../_components/create-verifier.tsx";
import { verifierWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.createTitle };

export default async function CreateVerifierPage() {
  const ctx = await requireSignedIn("/verifiers/new");
  if (!can(ctx, "verifier:write")) return <NotForRole role={ctx.actor.role} />;
  return (
    <Page>
      <PageHeader
        title={words.createTitle}
        purpose={words.createPurpose}
        crumbs={[{ name: words.title, href: "/verifiers" }]}
      />
      <CreateVerifier audiences={await audienceChoices(ctx)} issuer={getEnv().authorityIssuer} />
    </Page>
  );
}

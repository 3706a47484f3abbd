import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { audienceChoices } from "#app/(console)/_lib/choices.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getVerifier } from "#lib/verifiers/get-verifier.ts";
import { EditVerifier } from "../../_components/edit-verifier.tsx";
import { verifierWords as words } from "../../_components/words.ts";

export const metadata: Metadata = { title: words.editTitle };

export default async function EditVerifierPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/verifiers/${id}/edit`);
  if (!can(ctx, "verifier:write")) return <NotForRole role={ctx.actor.role} />;
  const verifier = await orNotFound(getVerifier(ctx, { verifierId: id }));
  return (
    <Page>
      <PageHeader
        title={words.editTitle}
        purpose={verifier.name}
        crumbs={[
          { name: words.title, href: "/verifiers" },
          { name: verifier.name, href: `/verifiers/${verifier.id}` },
        ]}
      />
      <EditVerifier key={verifier.version} verifier={verifier} audiences={await audienceChoices(ctx)} />
    </Page>
  );
}

import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { getAudience } from "#lib/audiences/get-audience.ts";
import { can } from "#lib/authz/require-permission.ts";
import { AudienceForm } from "../../_components/audience-form.tsx";
import { audienceWords as words } from "../../_components/words.ts";

export const metadata: Metadata = { title: words.editTitle };

export default async function EditAudiencePage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/audiences/${id}/edit`);
  if (!can(ctx, "audience:write")) return <NotForRole role={ctx.actor.role} />;
  const audience = await orNotFound(getAudience(ctx, { audienceId: id }));
  return (
    <Page>
      <PageHeader
        title={words.editTitle}
        purpose={audience.name}
        crumbs={[
          { name: words.title, href: "/audiences" },
          { name: audience.title, href: `/audiences/${audience.id}` },
        ]}
      />
      <AudienceForm key={audience.version} audience={audience} />
    </Page>
  );
}

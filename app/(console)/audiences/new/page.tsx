import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { AudienceForm } from "../_components/audience-form.tsx";
import { audienceWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.createTitle };

export default async function CreateAudiencePage() {
  const ctx = await requireSignedIn("/audiences/new");
  if (!can(ctx, "audience:write")) return <NotForRole role={ctx.actor.role} />;
  return (
    <Page>
      <PageHeader
        title={words.createTitle}
        purpose={words.createPurpose}
        crumbs={[{ name: words.title, href: "/audiences" }]}
      />
      <AudienceForm audience={null} />
    </Page>
  );
}

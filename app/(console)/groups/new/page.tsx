import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { audienceChoices } from "#app/(console)/_lib/choices.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { requirePermission } from "#lib/authz/require-permission.ts";
import { GroupForm } from "../_components/group-form.tsx";
import { groupWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.createTitle };

export default async function CreateGroupPage() {
  const ctx = await requireSignedIn("/groups/new");
  requirePermission(ctx, "group:write");
  return (
    <Page>
      <PageHeader
        title={words.createTitle}
        purpose={words.createPurpose}
        crumbs={[{ name: words.title, href: "/groups" }]}
      />
      <GroupForm group={null} audiences={await audienceChoices(ctx)} />
    </Page>
  );
}

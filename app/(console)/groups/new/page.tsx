import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { audienceChoices } from "#app/(console)/_lib/choices.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { GroupForm } from "../_components/group-form.tsx";
import { groupWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.createTitle };

export default async function CreateGroupPage() {
  const ctx = await requireSignedIn("/groups/new");
  if (!can(ctx, "group:write")) return <NotForRole role={ctx.actor.role} />;
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

import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { audienceChoices } from "#app/(console)/_lib/choices.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getGroup } from "#lib/groups/get-group.ts";
import { GroupForm } from "../../_components/group-form.tsx";
import { groupWords as words } from "../../_components/words.ts";

export const metadata: Metadata = { title: words.editTitle };

export default async function EditGroupPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/groups/${id}/edit`);
  if (!can(ctx, "group:write")) return <NotForRole role={ctx.actor.role} />;
  const group = await orNotFound(getGroup(ctx, { groupId: id }));
  return (
    <Page>
      <PageHeader
        title={words.editTitle}
        purpose={words.createPurpose}
        crumbs={[
          { name: words.title, href: "/groups" },
          { name: group.name, href: `/groups/${group.id}` },
        ]}
      />
      <GroupForm key={group.version} group={group} audiences={await audienceChoices(ctx)} />
    </Page>
  );
}

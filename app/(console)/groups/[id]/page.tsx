import { IconPencil } from "@tabler/icons-react";
import type { Metadata } from "next";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { LiveTokens } from "#app/(console)/_components/live-tokens.tsx";
import { RecentActs } from "#app/(console)/_components/recent-acts.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { revocableBy } from "#components/revocation/revocable-by.ts";
import { RevokeButton } from "#components/revocation/revoke-button.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getGroup } from "#lib/groups/get-group.ts";
import { GroupFacts, GroupMembers, GroupPermissions, GroupServices } from "../_components/group-cards.tsx";
import { groupWords as words } from "../_components/words.ts";

type GroupPageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readGroup = cache(async (id: string) => getGroup(await requestContext(), { groupId: id }));

export async function generateMetadata({ params }: GroupPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readGroup(id).then((found) => found.name),
    words.one,
  );
}

export default async function GroupPage({ params }: GroupPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/groups/${id}`);
  const group = await orNotFound(readGroup(id));
  return (
    <Page>
      <PageHeader
        title={group.name}
        purpose={group.description || words.purpose}
        crumbs={[{ name: words.title, href: "/groups" }]}
        actions={
          <>
            {can(ctx, "group:write") ? (
              <LinkButton href={`/groups/${group.id}/edit`} leftSection={<IconPencil size={16} />}>
                {words.edit}
              </LinkButton>
            ) : null}
            <RevokeButton
              target={{ kind: "group", id: group.name }}
              label={words.revokeTokens}
              isAllowed={revocableBy(ctx.actor.role).group}
            />
          </>
        }
      />
      <Columns
        main={
          <>
            <GroupPermissions group={group} />
            <GroupMembers ctx={ctx} group={group} />
            <LiveTokens ctx={ctx} of={{ group: group.name }} title="Live tokens with this group" />
          </>
        }
        side={
          <>
            <GroupFacts group={group} />
            <GroupServices group={group} />
            <RecentActs ctx={ctx} target="group" targetId={[group.id, group.name]} />
          </>
        }
      />
    </Page>
  );
}

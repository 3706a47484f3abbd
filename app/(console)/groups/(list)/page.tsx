import { IconFileImport, IconPlus } from "@tabler/icons-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { LinkButton } from "#components/display/link-button.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { listGroups } from "#lib/groups/list-groups.ts";
import { GROUPS_TABLE } from "#lib/groups/table.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { GroupsTable } from "../_components/groups-table.tsx";
import { groupWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function GroupsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { query, dropped } = parseListQuery(GROUPS_TABLE, await searchParams);
  const address = listAddress("/groups", GROUPS_TABLE, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const { total, ...page } = await listGroups(ctx, query);
  const canWrite = can(ctx, "group:write");
  return (
    <Page fill>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          canWrite ? (
            <>
              <LinkButton href="/groups/import" leftSection={<IconFileImport size={16} />}>
                {words.import}
              </LinkButton>
              <LinkButton href="/groups/new" variant="filled" leftSection={<IconPlus size={16} />}>
                {words.register}
              </LinkButton>
            </>
          ) : null
        }
      />
      <GroupsTable query={query} page={page} total={total} canWrite={canWrite} />
    </Page>
  );
}

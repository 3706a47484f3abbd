import { IconFileImport, IconPlus } from "@tabler/icons-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { LinkButton } from "#components/display/link-button.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { listUsers } from "#lib/users/list-users.ts";
import { USERS_TABLE } from "#lib/users/table.ts";
import { UsersTable } from "../_components/users-table.tsx";
import { userWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function UsersPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { query, dropped } = parseListQuery(USERS_TABLE, await searchParams);
  const address = listAddress("/users", USERS_TABLE, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const { total, ...page } = await listUsers(ctx, query);
  const canWrite = can(ctx, "user:write");
  return (
    <Page fill>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          canWrite ? (
            <>
              <LinkButton href="/users/import" leftSection={<IconFileImport size={16} />}>
                {words.import}
              </LinkButton>
              <LinkButton href="/users/new" variant="filled" leftSection={<IconPlus size={16} />}>
                {words.register}
              </LinkButton>
            </>
          ) : null
        }
      />
      <UsersTable query={query} page={page} total={total} canWrite={canWrite} />
    </Page>
  );
}

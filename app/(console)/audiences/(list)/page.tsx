import { IconPlus } from "@tabler/icons-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { LinkButton } from "#components/display/link-button.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { listAudiences } from "#lib/audiences/list-audiences.ts";
import { AUDIENCES_TABLE } from "#lib/audiences/table.ts";
import { can } from "#lib/authz/require-permission.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { AudiencesTable } from "../_components/audiences-table.tsx";
import { audienceWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function AudiencesPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { query, dropped } = parseListQuery(AUDIENCES_TABLE, await searchParams);
  const address = listAddress("/audiences", AUDIENCES_TABLE, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const { total, ...page } = await listAudiences(ctx, query);
  const canWrite = can(ctx, "audience:write");
  return (
    <Page fill>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          canWrite ? (
            <LinkButton href="/audiences/new" variant="filled" leftSection={<IconPlus size={16} />}>
              {words.register}
            </LinkButton>
          ) : null
        }
      />
      <AudiencesTable query={query} page={page} total={total} canWrite={canWrite} />
    </Page>
  );
}

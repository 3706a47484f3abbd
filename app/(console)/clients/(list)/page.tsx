import { IconPlus } from "@tabler/icons-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { LinkButton } from "#components/display/link-button.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { hasAudience } from "#lib/audiences/has-audience.ts";
import { can } from "#lib/authz/require-permission.ts";
import { listClients } from "#lib/clients/list-clients.ts";
import { CLIENTS_TABLE } from "#lib/clients/table.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { ClientsTable } from "../_components/clients-table.tsx";
import { clientWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function ClientsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { query, dropped } = parseListQuery(CLIENTS_TABLE, await searchParams);
  const address = listAddress("/clients", CLIENTS_TABLE, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const { total, ...page } = await listClients(ctx, query);
  const canWrite = can(ctx, "client:write");
  const isWithoutAudience = total.value === 0 && !(await hasAudience(ctx));
  return (
    <Page fill>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          canWrite ? (
            <LinkButton href="/clients/new" variant="filled" leftSection={<IconPlus size={16} />}>
              {words.register}
            </LinkButton>
          ) : null
        }
      />
      <ClientsTable
        query={query}
        page={page}
        total={total}
        canWrite={canWrite}
        isWithoutAudience={isWithoutAudience}
      />
    </Page>
  );
}

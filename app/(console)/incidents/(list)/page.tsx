import { IconUrgent } from "@tabler/icons-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { LinkButton } from "#components/display/link-button.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { listIncidents } from "#lib/incidents/list-incidents.ts";
import { incidentsTable } from "#lib/incidents/table.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { IncidentsTable } from "../_components/incidents-table.tsx";
import { incidentWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function IncidentsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { query, dropped } = parseListQuery(incidentsTable, await searchParams);
  const address = listAddress("/incidents", incidentsTable, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const { total, ...page } = await listIncidents(ctx, query);
  return (
    <Page fill>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          <LinkButton href="/leak-desk" variant="filled" leftSection={<IconUrgent size={16} />}>
            {words.toDesk}
          </LinkButton>
        }
      />
      <IncidentsTable query={query} page={page} total={total} />
    </Page>
  );
}

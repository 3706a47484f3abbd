import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { revocableBy } from "#components/revocation/revocable-by.ts";
import { RevokeButton } from "#components/revocation/revoke-button.tsx";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { listOrders } from "#lib/revocations/list-orders.ts";
import { ordersTable } from "#lib/revocations/table.ts";
import { OrdersTable } from "../_components/orders-table.tsx";
import { orderWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function OrdersPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { query, dropped } = parseListQuery(ordersTable, await searchParams);
  const address = listAddress("/orders", ordersTable, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const { total, ...page } = await listOrders(ctx, query);
  const may = revocableBy(ctx.actor.role);
  return (
    <Page fill>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          <RevokeButton
            target={{ kind: "everything", id: "*" }}
            label={words.everything}
            isAllowed={may.everything}
          />
        }
      />
      <OrdersTable query={query} page={page} total={total} may={may} />
    </Page>
  );
}

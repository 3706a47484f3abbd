"use client";

import { IconGavel } from "@tabler/icons-react";
import { ActorName } from "#app/(console)/_components/actor-name.tsx";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { AnyListQuery } from "#components/data-table/list-address.ts";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { OrderActions } from "#components/revocation/order-actions.tsx";
import type { MayRevoke } from "#components/revocation/revocable-by.ts";
import { SettlingTag } from "#components/revocation/settling-progress.tsx";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import { type OrderRow, reasonWords } from "#lib/revocations/model.ts";
import { orderVerbWords } from "#lib/revocations/order-words.ts";
import { ordersTable } from "#lib/revocations/table.ts";
import { OrderBadge } from "./order-badge.tsx";
import { OrderRecord } from "./order-record.tsx";
import { TargetName } from "./target-name.tsx";
import { orderWords as words } from "./words.ts";

const COLUMNS: DataTableColumn<OrderRow>[] = [
  {
    id: "at",
    header: "When",
    size: 146,
    sort: "at",
    canHide: false,
    cell: (row) => <Instant at={row.createdAt} show="exact" />,
  },
  {
    id: "verb",
    header: "Verb",
    size: 150,
    cell: (row) => <OrderBadge order={row} />,
  },
  {
    id: "target",
    header: "Target",
    size: 260,
    grows: true,
    canHide: false,
    cell: ({ target }) => <TargetName target={target} />,
  },
  { id: "reason", header: "Reason", size: 150, cell: (row) => reasonWords(row.reason, row.actor.kind) },
  {
    id: "note",
    header: "Note",
    size: 140,
    cell: (row) =>
      row.note ? <span title={row.note}>{row.note}</span> : <span className="faint">none</span>,
  },
  { id: "by", header: "By", size: 144, cell: (row) => <ActorName actor={row.actor} /> },
  {
    id: "settled",
    header: "Written down",
    size: 134,
    align: "end",
    cell: (row) =>
      row.standing === "scheduled" ? (
        <span title={row.effectiveFrom}>
          <Instant at={row.effectiveFrom} prefix="begins" />
        </span>
      ) : row.standing === "cancelled" || row.verb === "cancel" ? (
        <span className="faint">nothing</span>
      ) : row.settledAt ? (
        <span title={words.writtenHelp}>
          <NumberText value={row.settledCount} unit={["token", "tokens"]} />
        </span>
      ) : (
        <SettlingTag order={row} />
      ),
  },
];

function OrderDrawer({ order, may }: { order: OrderRow; may: MayRevoke }) {
  return (
    <>
      <OrderRecord order={order} />
      <div style={{ marginTop: 16 }}>
        <OrderActions order={order} may={may} />
      </div>
    </>
  );
}

/** Orders, newest first; a row opens beside the list. */
export function OrdersTable({
  query,
  page,
  total,
  may,
}: {
  query: AnyListQuery;
  page: Page<OrderRow>;
  total: Total;
  may: MayRevoke;
}) {
  return (
    <DataTable
      declaration={ordersTable}
      query={query}
      page={page}
      total={total}
      unit={["order", "orders"]}
      columns={COLUMNS}
      nameOf={(row) => `${orderVerbWords(row)} ${row.target.name}`}
      hrefOf={(row) => `/orders/${row.id}`}
      drawer={{
        title: () => "Order",
        body: (_id, row) =>
          row ? <OrderDrawer order={row} may={may} /> : <p className="muted">It is not on this page.</p>,
      }}
      empty={
        <EmptyState icon={<IconGavel size={28} stroke={1.5} />} title={words.emptyTitle}>
          {words.emptyText}
        </EmptyState>
      }
      note={words.note}
    />
  );
}

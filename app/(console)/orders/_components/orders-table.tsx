"use client";

import { IconGavel } from "@tabler/icons-react";
import Link from "next/link";
import { ActorName } from "#app/(console)/_components/actor-name.tsx";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { AnyListQuery } from "#components/data-table/list-address.ts";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { type BadgeState, StateBadge } from "#components/display/state-badge.tsx";
import { Tag } from "#components/display/tag.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import type { MayRevoke } from "#components/revocation/revocable-by.ts";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import { type OrderRow, reasonWords, type Verb } from "#lib/revocations/model.ts";
import { orderVerbWords } from "#lib/revocations/order-words.ts";
import { ordersTable } from "#lib/revocations/table.ts";
import { targetWords } from "#lib/revocations/target-words.ts";
import { OrderRecord } from "./order-record.tsx";
import { targetHref } from "./target-href.ts";
import { orderWords as words } from "./words.ts";

const BADGES: Record<Verb, BadgeState> = {
  revoke: "revoked",
  suspend: "suspended",
  restore: "active",
  cancel: "expired",
};

/** One that has not begun, or is over, is not shown as if it held. */
function badgeOf(row: OrderRow): BadgeState {
  if (row.standing === "scheduled") return "not_yet_valid";
  return row.standing === "in_force" ? BADGES[row.verb] : "expired";
}

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
    cell: (row) => <StateBadge state={badgeOf(row)}>{orderVerbWords(row)}</StateBadge>,
  },
  {
    id: "target",
    header: "Target",
    size: 260,
    grows: true,
    canHide: false,
    cell: ({ target }) => {
      const { lead, name } = targetWords(target);
      return (
        <span className={lead ? "among-words" : undefined}>
          {lead ? <span className="muted">{lead} </span> : null}
          <Link
            href={targetHref(target)}
            prefetch={false}
            title={target.name}
            style={{ textDecoration: "underline" }}
          >
            {name}
          </Link>
        </span>
      );
    },
  },
  { id: "reason", header: "Reason", size: 146, cell: (row) => reasonWords(row.reason, row.actor.kind) },
  {
    id: "note",
    header: "Note",
    size: 124,
    cell: (row) =>
      row.note ? <span title={row.note}>{row.note}</span> : <span className="faint">none</span>,
  },
  { id: "by", header: "By", size: 134, cell: (row) => <ActorName actor={row.actor} /> },
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
        <NumberText value={row.settledCount} unit={["token", "tokens"]} />
      ) : row.size === null ? (
        <Tag tone="standby">Settling</Tag>
      ) : (
        <Tag tone="standby">{`${Math.floor((100 * row.settledCount) / row.size)} % written`}</Tag>
      ),
  },
];

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
          row ? <OrderRecord order={row} may={may} /> : <p className="muted">It is not on this page.</p>,
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

"use client";

import { IconUserCheck } from "@tabler/icons-react";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { AnyListQuery } from "#components/data-table/list-address.ts";
import { Instant } from "#components/display/instant.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { type ApprovalRow, GUARDED_WORDS } from "#lib/approvals/model.ts";
import { approvalsTable } from "#lib/approvals/table.ts";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import { approvalWords as words } from "./words.ts";

const kindsOf = ({ kinds }: ApprovalRow) => kinds.map((kind) => GUARDED_WORDS[kind].name).join(", ");

const NOTHING = <span className="faint">—</span>;

const COLUMNS: DataTableColumn<ApprovalRow>[] = [
  {
    id: "what",
    header: "What",
    size: 270,
    canHide: false,
    cell: (row) => <span title={row.summary}>{row.summary}</span>,
  },
  {
    id: "state",
    header: "State",
    size: 112,
    cell: (row) =>
      row.way === "break_glass" ? (
        <StateBadge state={row.reviewedAt === null ? "break_glass" : "reviewed"} />
      ) : (
        <StateBadge state={row.state} />
      ),
  },
  { id: "kinds", header: "Wants two for", size: 130, cell: kindsOf },
  { id: "by", header: "Asked by", size: 150, cell: (row) => row.requestedBy.name },
  {
    id: "why",
    header: "Why",
    size: 140,
    grows: true,
    cell: (row) => <span title={row.reason}>{row.reason}</span>,
  },
  { id: "at", header: "Asked", size: 90, sort: "at", cell: (row) => <Instant at={row.createdAt} /> },
  {
    id: "until",
    header: "Until",
    size: 110,
    cell: (row) =>
      row.state === "pending" || row.state === "approved" ? <Instant at={row.expiresAt} /> : NOTHING,
  },
  {
    id: "decided",
    header: "Decided by",
    size: 140,
    cell: (row) => row.decidedBy ?? row.reviewedBy ?? NOTHING,
  },
];

/** Acts that want, or wanted, a second person; a row leads to its page. */
export function ApprovalsTable({
  query,
  page,
  total,
}: {
  query: AnyListQuery;
  page: Page<ApprovalRow>;
  total: Total;
}) {
  return (
    <DataTable
      declaration={approvalsTable}
      query={query}
      page={page}
      total={total}
      unit={["approval", "approvals"]}
      columns={COLUMNS}
      nameOf={(row) => row.summary}
      hrefOf={(row) => `/approvals/${row.id}`}
      isFaded={({ state }) => state === "lapsed" || state === "withdrawn"}
      empty={
        <EmptyState icon={<IconUserCheck size={28} stroke={1.5} />} title={words.emptyTitle}>
          {words.emptyText}
        </EmptyState>
      }
    />
  );
}

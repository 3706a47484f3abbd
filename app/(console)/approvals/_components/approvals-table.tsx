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
import { ApprovalBadge } from "./approval-badge.tsx";
import { askerWords, approvalWords as words } from "./words.ts";

const kindsOf = ({ kinds }: ApprovalRow) => kinds.map((kind) => GUARDED_WORDS[kind].name).join(", ");

/** Until when it waits; else by whom it was decided, or who is gone. */
function Outcome({ row }: { row: ApprovalRow }) {
  if (row.state === "pending" || row.state === "approved")
    return <Instant at={row.expiresAt} prefix={words.lapses} />;
  const by = row.decidedBy ?? row.reviewedBy;
  if (row.state === "stale") {
    const why = row.changed.join(" ");
    return <span title={why}>{row.endCause === "asker" ? why : (by ?? why)}</span>;
  }
  return by === null ? <span className="faint">—</span> : <span title={by}>{words.by(by)}</span>;
}

const COLUMNS: DataTableColumn<ApprovalRow>[] = [
  {
    id: "what",
    header: "What",
    size: 278,
    grows: true,
    canHide: false,
    onCard: "title",
    cell: (row) => <span title={row.summary}>{row.summary}</span>,
  },
  {
    id: "state",
    header: "State",
    size: 134,
    cell: (row) =>
      row.way === "break_glass" ? (
        <StateBadge state={row.reviewedAt === null ? "break_glass" : "reviewed"} />
      ) : (
        <ApprovalBadge approval={row} />
      ),
  },
  { id: "kinds", header: "Wants two for", size: 118, cell: kindsOf },
  { id: "by", header: "Asked by", size: 150, cell: (row) => askerWords(row.requestedBy) },
  {
    id: "why",
    header: "Why",
    size: 126,
    onCard: "wide",
    cell: (row) => <span title={row.reason}>{row.reason}</span>,
  },
  { id: "at", header: "Asked", size: 90, sort: "at", cell: (row) => <Instant at={row.createdAt} /> },
  { id: "outcome", header: "Outcome", size: 190, cell: (row) => <Outcome row={row} /> },
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

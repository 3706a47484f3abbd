"use client";

import { IconRadar } from "@tabler/icons-react";
import { SeverityTag } from "#app/(console)/_components/severity-tag.tsx";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { AnyListQuery } from "#components/data-table/list-address.ts";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { type DetectionRow, detectionHref, RULE_WORDS } from "#lib/detections/model.ts";
import { detectionsTable } from "#lib/detections/table.ts";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import { shortId } from "#lib/tokens/model.ts";
import classes from "./detections.module.css";
import { detectionWords as words } from "./words.ts";

function ofWords({ subject, user, client, verifier }: DetectionRow): string {
  if (user !== null) return user.email;
  if (client !== null)
    return subject.kind === "client" ? `${client.clientId} (${words.many.toLowerCase()})` : client.clientId;
  return `${subject.kind.replaceAll("_", " ")} ${verifier?.name ?? shortId(subject.id)}`;
}

const COLUMNS: DataTableColumn<DetectionRow>[] = [
  {
    id: "what",
    header: "What",
    size: 172,
    canHide: false,
    onCard: "title",
    cell: (row) => <strong className={classes.rule}>{RULE_WORDS[row.rule]}</strong>,
  },
  { id: "severity", header: "Severity", size: 92, cell: (row) => <SeverityTag severity={row.severity} /> },
  { id: "state", header: "State", size: 116, cell: (row) => <StateBadge state={row.state} /> },
  {
    id: "says",
    header: "Evidence",
    size: 380,
    minSize: 260,
    grows: true,
    onCard: "wide",
    cell: (row) => (
      <span className={classes.inRow} title={row.says}>
        {row.says}
      </span>
    ),
  },
  {
    id: "of",
    header: "Of",
    size: 188,
    onCard: "wide",
    cell: (row) => <span title={ofWords(row)}>{ofWords(row)}</span>,
  },
  { id: "count", header: "Found", size: 72, align: "end", cell: (row) => <NumberText value={row.count} /> },
  {
    id: "first",
    header: "First",
    size: 112,
    sort: "first",
    isHiddenAtFirst: true,
    cell: (row) => <Instant at={row.firstAt} />,
  },
  { id: "last", header: "Last", size: 112, sort: "last", cell: (row) => <Instant at={row.lastAt} /> },
];

/** What was found unusual; a row leads to its page. */
export function DetectionsTable({
  query,
  page,
  total,
}: {
  query: AnyListQuery;
  page: Page<DetectionRow>;
  total: Total;
}) {
  return (
    <DataTable
      declaration={detectionsTable}
      query={query}
      page={page}
      total={total}
      unit={["detection", "detections"]}
      columns={COLUMNS}
      nameOf={(row) => `${RULE_WORDS[row.rule]}: ${ofWords(row)}`}
      hrefOf={(row) => detectionHref(row.id)}
      isFaded={(row) => row.state === "muted"}
      empty={
        <EmptyState icon={<IconRadar size={28} stroke={1.5} />} title={words.emptyTitle}>
          {words.emptyText}
        </EmptyState>
      }
    />
  );
}

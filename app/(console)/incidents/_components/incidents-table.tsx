"use client";

import { IconLifebuoy } from "@tabler/icons-react";
import { SeverityTag } from "#app/(console)/_components/severity-tag.tsx";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { AnyListQuery } from "#components/data-table/list-address.ts";
import { Instant } from "#components/display/instant.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { type IncidentRow, incidentHref, STEPS, SUBJECT_KINDS } from "#lib/incidents/model.ts";
import { incidentsTable } from "#lib/incidents/table.ts";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import { incidentWords as words } from "./words.ts";

const PLURALS = { token: "tokens", family: "families", user: "users", client: "clients" } as const;

function aboutWords({ subjects, ownSecretCount }: IncidentRow): string {
  const named = SUBJECT_KINDS.filter((kind) => subjects[kind] > 0).map(
    (kind) => `${subjects[kind].toLocaleString("en")} ${subjects[kind] === 1 ? kind : PLURALS[kind]}`,
  );
  const own =
    ownSecretCount === 0
      ? []
      : [ownSecretCount === 1 ? "1 own secret" : `${ownSecretCount.toLocaleString("en")} own secrets`];
  return [...named, ...own].join(", ") || "nothing on record";
}

const COLUMNS: DataTableColumn<IncidentRow>[] = [
  {
    id: "number",
    header: "Case",
    size: 76,
    canHide: false,
    onCard: "title",
    cell: (row) => `#${row.number}`,
  },
  {
    id: "title",
    header: "Title",
    size: 300,
    grows: true,
    sort: "title",
    canHide: false,
    onCard: "title",
    cell: (row) => <span title={row.title}>{row.title}</span>,
  },
  { id: "state", header: "State", size: 130, cell: (row) => <StateBadge state={row.state} /> },
  { id: "severity", header: "Severity", size: 100, cell: (row) => <SeverityTag severity={row.severity} /> },
  { id: "about", header: "About", size: 140, cell: aboutWords },
  { id: "steps", header: "Steps", size: 90, cell: (row) => `${row.stepsDone} of ${STEPS.length}` },
  {
    id: "opened",
    header: "Opened",
    size: 130,
    sort: "opened",
    cell: (row) => <Instant at={row.openedAt} />,
  },
  { id: "by", header: "By", size: 160, cell: (row) => row.openedBy.name },
];

/** The cases; a row leads to its page. */
export function IncidentsTable({
  query,
  page,
  total,
}: {
  query: AnyListQuery;
  page: Page<IncidentRow>;
  total: Total;
}) {
  return (
    <DataTable
      declaration={incidentsTable}
      query={query}
      page={page}
      total={total}
      unit={["case", "cases"]}
      columns={COLUMNS}
      nameOf={(row) => `Case ${row.number}: ${row.title}`}
      hrefOf={(row) => incidentHref(row.number)}
      isFaded={(row) => row.state === "closed"}
      empty={
        <EmptyState icon={<IconLifebuoy size={28} stroke={1.5} />} title={words.emptyTitle}>
          {words.emptyText}
        </EmptyState>
      }
    />
  );
}

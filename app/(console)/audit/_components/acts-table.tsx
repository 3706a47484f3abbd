"use client";

import { IconChecklist } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { ActorName } from "#app/(console)/_components/actor-name.tsx";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import { Instant } from "#components/display/instant.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import type { Suggest } from "#components/filter-bar/filter-bar.tsx";
import type { AuditEntryRow } from "#lib/audit/model.ts";
import { type AuditEntriesQuery, auditEntriesTable } from "#lib/audit/table.ts";
import type { Page } from "#lib/list-query/define-table.ts";
import { reasonWords } from "#lib/revocations/model.ts";
import { actTargetWords } from "#lib/revocations/target-words.ts";
import { ActLoading } from "./act-loading.tsx";
import { actWords, targetHref } from "./act-words.ts";
import { refusalWords } from "./refusal-words.ts";
import { switchedOf } from "./whose.ts";
import { auditWords as words } from "./words.ts";

/** With the words of all that acts change: the list has no need of them. */
const ActDrawer = dynamic(() => import("./act-drawer.tsx").then((module) => module.ActDrawer), {
  ssr: false,
  loading: () => <ActLoading />,
});

const none = <span className="faint">–</span>;

/** Why it was done; why it was refused, where nothing else is said of that. */
function reasonOf({ reason, note, errorCode, actor }: AuditEntryRow): string | null {
  if (reason) return reasonWords(reason, actor.kind);
  return note || (errorCode === null ? null : refusalWords(errorCode));
}

const COLUMNS: DataTableColumn<AuditEntryRow>[] = [
  {
    id: "at",
    header: "When",
    size: 146,
    canHide: false,
    sort: "at",
    cell: (row) => <Instant at={row.at} show="exact" />,
  },
  { id: "outcome", header: "Outcome", size: 108, cell: (row) => <StateBadge state={row.outcome} /> },
  {
    id: "act",
    header: "Act",
    size: 190,
    canHide: false,
    cell: (row) => <span title={row.act}>{actWords(row.act)}</span>,
  },
  {
    id: "target",
    header: "Upon",
    size: 200,
    grows: true,
    cell: (row) => {
      const { lead, name } = actTargetWords(row);
      const href = targetHref(row.target);
      return (
        <span className={lead ? "among-words" : undefined} title={row.target.name}>
          {lead ? <span className="muted">{lead} </span> : null}
          {href ? (
            <Link href={href} prefetch={false}>
              {name}
            </Link>
          ) : (
            name
          )}
        </span>
      );
    },
  },
  { id: "actor", header: "By", size: 190, cell: (row) => <ActorName actor={row.actor} /> },
  {
    id: "reason",
    header: "Reason",
    size: 190,
    cell: (row) => reasonOf(row) ?? none,
  },
  {
    id: "ip",
    header: "Address",
    size: 134,
    cell: (row) => (row.ip ? <AddressLink ip={row.ip} /> : none),
  },
];

/** The acts that there are, by name and in words; nobody has counted them. */
const suggestActs: Suggest = async (filterKey, text) => {
  if (filterKey !== "act") return [];
  const { ACT_WORDS } = await import("#lib/audit/act-words.ts");
  return Object.keys(ACT_WORDS)
    .map((act) => ({ value: act, label: actWords(act) }))
    .filter(({ value, label }) => `${value} ${label}`.toLowerCase().includes(text.toLowerCase()))
    .slice(0, 50);
};

/** The log of admin acts; a row opens beside it. */
export function ActsTable({ query, page }: { query: AuditEntriesQuery; page: Page<AuditEntryRow> }) {
  return (
    <DataTable
      declaration={auditEntriesTable}
      query={query}
      page={page}
      total={null}
      switched={switchedOf(query.filters)}
      suggest={suggestActs}
      unit={["act", "acts"]}
      columns={COLUMNS}
      nameOf={(row) => `${row.act} ${row.target.name}`}
      hrefOf={(row) => `/audit/acts/${row.id}`}
      drawer={{ title: () => "Admin act", body: (id) => <ActDrawer id={id} /> }}
      empty={
        <EmptyState icon={<IconChecklist size={28} stroke={1.5} />} title={words.emptyActs}>
          {words.emptyActsText}
        </EmptyState>
      }
    />
  );
}

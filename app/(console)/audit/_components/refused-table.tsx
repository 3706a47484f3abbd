"use client";

import { IconShieldCheck } from "@tabler/icons-react";
import Link from "next/link";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { AnyListQuery } from "#components/data-table/list-address.ts";
import { Instant } from "#components/display/instant.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import type { RefusedCountRow } from "#lib/audit/model.ts";
import { refusedCountsTable } from "#lib/audit/table.ts";
import { countedRefusalWords } from "#lib/audit/use-words.ts";
import type { Page } from "#lib/list-query/define-table.ts";
import { auditWords as words } from "./words.ts";

function Asker({ asker }: { asker: RefusedCountRow["asker"] }) {
  if (asker.kind === "nobody") return <span className="muted">{words.nobody}</span>;
  return (
    <Link prefetch={false} href={`/${asker.kind}s/${asker.id}`}>
      {asker.name}
    </Link>
  );
}

const COLUMNS: DataTableColumn<RefusedCountRow>[] = [
  {
    id: "at",
    header: "Minute",
    size: 146,
    canHide: false,
    sort: "at",
    cell: (row) => <Instant at={row.minute} show="exact" />,
  },
  {
    id: "count",
    header: "Refused",
    size: 96,
    canHide: false,
    cell: (row) => <span className="mono">{row.count.toLocaleString("en")}</span>,
  },
  {
    id: "refusal",
    header: "Because",
    size: 280,
    grows: true,
    canHide: false,
    cell: (row) => countedRefusalWords(row.refusal),
  },
  { id: "asker", header: "Asked by", size: 200, cell: (row) => <Asker asker={row.asker} /> },
  {
    id: "ip",
    header: "Address",
    size: 150,
    cell: (row) =>
      row.ip ? <AddressLink ip={row.ip} /> : <span className="faint">{words.manyAddresses}</span>,
  },
];

/** What no token on record stands for, counted and never written one by one. */
export function RefusedTable({ query, page }: { query: AnyListQuery; page: Page<RefusedCountRow> }) {
  return (
    <DataTable
      declaration={refusedCountsTable}
      query={query}
      page={page}
      total={null}
      unit={["count", "counts"]}
      columns={COLUMNS}
      nameOf={(row) => `${row.count} refused, ${countedRefusalWords(row.refusal)}`}
      empty={
        <EmptyState icon={<IconShieldCheck size={28} stroke={1.5} />} title={words.emptyRefused}>
          {words.emptyRefusedText}
        </EmptyState>
      }
      note={words.noteRefused}
    />
  );
}

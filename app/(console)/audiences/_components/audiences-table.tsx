"use client";

import { IconTargetArrow } from "@tabler/icons-react";
import Link from "next/link";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { AnyListQuery } from "#components/data-table/list-address.ts";
import { Instant } from "#components/display/instant.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { ScopeList } from "#components/display/scope-list.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import type { AudienceRow } from "#lib/audiences/model.ts";
import { AUDIENCES_TABLE } from "#lib/audiences/table.ts";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import { audienceWords as words } from "./words.ts";

const COLUMNS: DataTableColumn<AudienceRow>[] = [
  {
    id: "title",
    header: "Title",
    size: 160,
    canHide: false,
    onCard: "title",
    cell: (row) => (
      <Link href={`/audiences/${row.id}`} prefetch={false}>
        {row.title}
      </Link>
    ),
  },
  {
    id: "name",
    header: "In aud",
    size: 130,
    sort: "name",
    cell: (row) => <span className="mono">{row.name}</span>,
  },
  {
    id: "resource",
    header: "Resource",
    size: 240,
    grows: true,
    cell: (row) => <span className="mono">{row.resourceUri}</span>,
  },
  {
    id: "permissions",
    header: "Permissions",
    size: 190,
    cell: (row) => (
      <ScopeList
        values={row.permissions.map((permission) => permission.name)}
        what={["permission", "permissions"]}
        shown={1}
      />
    ),
  },
  {
    id: "clients",
    header: "Clients",
    size: 80,
    align: "end",
    cell: (row) => <NumberText value={row.clientCount} />,
  },
  {
    id: "verifiers",
    header: "Verifiers",
    size: 90,
    align: "end",
    cell: (row) => <NumberText value={row.verifierCount} />,
  },
  {
    id: "created",
    header: "Created",
    size: 110,
    sort: "created",
    cell: (row) => <Instant at={row.createdAt} />,
  },
];

/** Applications that accept tokens, with the permissions each owns. */
export function AudiencesTable({
  query,
  page,
  total,
  canWrite,
}: {
  query: AnyListQuery;
  page: Page<AudienceRow>;
  total: Total;
  canWrite: boolean;
}) {
  return (
    <DataTable
      declaration={AUDIENCES_TABLE}
      query={query}
      page={page}
      total={total}
      unit={["audience", "audiences"]}
      columns={COLUMNS}
      nameOf={(row) => row.title}
      hrefOf={(row) => `/audiences/${row.id}`}
      empty={
        <EmptyState
          icon={<IconTargetArrow size={28} stroke={1.5} />}
          title={words.emptyTitle}
          action={
            canWrite ? (
              <LinkButton href="/audiences/new" variant="filled">
                {words.register}
              </LinkButton>
            ) : null
          }
        >
          {words.emptyText}
        </EmptyState>
      }
    />
  );
}

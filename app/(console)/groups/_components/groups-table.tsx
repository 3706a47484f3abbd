"use client";

import { IconFolders } from "@tabler/icons-react";
import Link from "next/link";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { AnyListQuery } from "#components/data-table/list-address.ts";
import { Instant } from "#components/display/instant.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import type { GroupRow } from "#lib/groups/model.ts";
import { GROUPS_TABLE } from "#lib/groups/table.ts";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import { groupWords as words } from "./words.ts";

const COLUMNS: DataTableColumn<GroupRow>[] = [
  {
    id: "name",
    header: "Name",
    size: 220,
    canHide: false,
    onCard: "title",
    sort: "name",
    cell: (row) => (
      <Link href={`/groups/${row.id}`} prefetch={false}>
        {row.name}
      </Link>
    ),
  },
  {
    id: "description",
    header: "Description",
    size: 300,
    grows: true,
    cell: (row) => row.description || <span className="faint">none</span>,
  },
  {
    id: "members",
    header: "Members",
    size: 110,
    align: "end",
    cell: (row) => <NumberText value={row.memberCount} />,
  },
  {
    id: "services",
    header: "Services",
    size: 110,
    align: "end",
    cell: (row) => <NumberText value={row.clientCount} />,
  },
  {
    id: "permissions",
    header: "Permissions",
    size: 120,
    align: "end",
    cell: (row) => <NumberText value={row.permissionCount} />,
  },
  {
    id: "created",
    header: "Created",
    size: 130,
    sort: "created",
    cell: (row) => <Instant at={row.createdAt} />,
  },
];

/** Groups and how much each gives. */
export function GroupsTable({
  query,
  page,
  total,
  canWrite,
}: {
  query: AnyListQuery;
  page: Page<GroupRow>;
  total: Total;
  canWrite: boolean;
}) {
  return (
    <DataTable
      declaration={GROUPS_TABLE}
      query={query}
      page={page}
      total={total}
      unit={["group", "groups"]}
      columns={COLUMNS}
      nameOf={(row) => row.name}
      hrefOf={(row) => `/groups/${row.id}`}
      empty={
        <EmptyState
          icon={<IconFolders size={28} stroke={1.5} />}
          title={words.emptyTitle}
          action={
            canWrite ? (
              <LinkButton href="/groups/new" variant="filled">
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

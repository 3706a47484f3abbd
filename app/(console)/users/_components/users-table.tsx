"use client";

import { IconUsers } from "@tabler/icons-react";
import Link from "next/link";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { AnyListQuery } from "#components/data-table/list-address.ts";
import { Instant } from "#components/display/instant.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { ScopeList } from "#components/display/scope-list.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import type { UserRow } from "#lib/users/model.ts";
import { USERS_TABLE } from "#lib/users/table.ts";
import { userWords as words } from "./words.ts";

const COLUMNS: DataTableColumn<UserRow>[] = [
  {
    id: "name",
    header: "Name",
    size: 190,
    canHide: false,
    onCard: "title",
    cell: (row) => (
      <Link href={`/users/${row.id}`} prefetch={false}>
        {row.name}
      </Link>
    ),
  },
  {
    id: "email",
    header: "E-mail",
    size: 280,
    grows: true,
    sort: "email",
    onCard: "wide",
    cell: (row) => row.email,
  },
  { id: "state", header: "State", size: 110, cell: (row) => <StateBadge state={row.state} /> },
  {
    id: "groups",
    header: "Groups",
    size: 200,
    cell: (row) => (
      <ScopeList values={row.groups.map((group) => group.name)} what={["group", "groups"]} shown={2} plain />
    ),
  },
  {
    id: "live",
    header: "Live tokens",
    size: 110,
    align: "end",
    cell: (row) => <NumberText value={row.liveTokens} />,
  },
  {
    id: "signedIn",
    header: "Last sign-in",
    size: 130,
    cell: (row) => <Instant at={row.lastSignInAt} none="never" />,
  },
  {
    id: "created",
    header: "Created",
    size: 120,
    sort: "created",
    cell: (row) => <Instant at={row.createdAt} />,
  },
];

/** People who hold tokens. */
export function UsersTable({
  query,
  page,
  total,
  canWrite,
}: {
  query: AnyListQuery;
  page: Page<UserRow>;
  total: Total;
  canWrite: boolean;
}) {
  return (
    <DataTable
      declaration={USERS_TABLE}
      query={query}
      page={page}
      total={total}
      unit={["user", "users"]}
      columns={COLUMNS}
      nameOf={(row) => row.name}
      hrefOf={(row) => `/users/${row.id}`}
      isFaded={(row) => row.state === "disabled"}
      empty={
        <EmptyState
          icon={<IconUsers size={28} stroke={1.5} />}
          title={words.emptyTitle}
          action={
            canWrite ? (
              <LinkButton href="/users/new" variant="filled">
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

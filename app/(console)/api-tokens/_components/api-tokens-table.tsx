"use client";

import { IconApi } from "@tabler/icons-react";
import Link from "next/link";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { AnyListQuery } from "#components/data-table/list-address.ts";
import { Instant } from "#components/display/instant.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import type { ApiTokenRow } from "#lib/api-tokens/model.ts";
import { API_TOKENS_TABLE } from "#lib/api-tokens/table.ts";
import { ROLE_WORDS } from "#lib/authz/roles.ts";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import { API_TOKEN_BADGES, apiTokenMeans, networkWords, apiTokenWords as words } from "./words.ts";

const COLUMNS: DataTableColumn<ApiTokenRow>[] = [
  {
    id: "name",
    header: "Name",
    size: 160,
    grows: true,
    canHide: false,
    onCard: "title",
    sort: "name",
    cell: (row) => (
      <Link href={`/api-tokens/${row.id}`} prefetch={false}>
        {row.name}
      </Link>
    ),
  },
  {
    id: "state",
    header: words.state,
    size: 100,
    cell: (row) => (
      <span title={apiTokenMeans(row.state)}>
        <StateBadge state={API_TOKEN_BADGES[row.state]} />
      </span>
    ),
  },
  {
    id: "role",
    header: words.role,
    size: 96,
    cell: (row) => <span title={ROLE_WORDS[row.role].means}>{ROLE_WORDS[row.role].name}</span>,
  },
  {
    id: "acts",
    header: words.acts,
    size: 108,
    cell: (row) => (
      <span title={row.isUnattended ? words.unattendedMeans : words.attendedMeans}>
        {row.isUnattended ? words.isUnattended : words.isAttended}
      </span>
    ),
  },
  {
    id: "from",
    header: words.from,
    size: 118,
    cell: (row) => (
      <span className={row.networks.length === 1 ? "mono" : undefined} title={row.networks.join(", ")}>
        {networkWords(row)}
      </span>
    ),
  },
  {
    id: "used",
    header: words.lastUsed,
    size: 100,
    cell: (row) => <Instant at={row.lastUsedAt} none={words.never} hint={words.lastUsedHint} />,
  },
  {
    id: "ip",
    header: words.lastUsedFrom,
    size: 122,
    cell: (row) =>
      row.lastUsedIp === null ? (
        <span className="faint">{row.lastUsedAt === null ? "—" : words.unknownPlace}</span>
      ) : (
        <AddressLink ip={row.lastUsedIp} />
      ),
  },
  {
    id: "expires",
    header: "Expires",
    size: 96,
    cell: (row) =>
      // what was revoked ends no second time
      row.state === "revoked" ? (
        <span className="faint">—</span>
      ) : (
        <Instant at={row.expiresAt} none={words.never} />
      ),
  },
  { id: "by", header: words.madeBy, size: 170, cell: (row) => row.creator?.email ?? row.createdBy },
  {
    id: "created",
    header: words.made,
    size: 96,
    sort: "created",
    cell: (row) => <Instant at={row.createdAt} />,
  },
];

/** API tokens: which work, where from, and when each was last used. */
export function ApiTokensTable({
  query,
  page,
  total,
  canWrite,
}: {
  query: AnyListQuery;
  page: Page<ApiTokenRow>;
  total: Total;
  canWrite: boolean;
}) {
  return (
    <DataTable
      declaration={API_TOKENS_TABLE}
      query={query}
      page={page}
      total={total}
      unit={["API token", "API tokens"]}
      columns={COLUMNS}
      nameOf={(row) => row.name}
      hrefOf={(row) => `/api-tokens/${row.id}`}
      isFaded={(row) => row.state !== "active"}
      empty={
        <EmptyState
          icon={<IconApi size={28} stroke={1.5} />}
          title={words.emptyTitle}
          action={
            canWrite ? (
              <LinkButton href="/api-tokens/new" variant="filled">
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

"use client";

import { IconAlertTriangle, IconPlugConnected } from "@tabler/icons-react";
import Link from "next/link";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { AnyListQuery } from "#components/data-table/list-address.ts";
import { shortDuration } from "#components/display/duration.ts";
import { Instant } from "#components/display/instant.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { ScopeList } from "#components/display/scope-list.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { FINDING_WORDS } from "#lib/client-findings/model.ts";
import { CLIENT_KIND_WORDS, type ClientRow } from "#lib/clients/model.ts";
import { CLIENTS_TABLE } from "#lib/clients/table.ts";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import { ttlWords } from "./ttl-words.ts";
import { clientWords as words } from "./words.ts";

const COLUMNS: DataTableColumn<ClientRow>[] = [
  {
    id: "name",
    header: "Name",
    size: 160,
    canHide: false,
    onCard: "title",
    sort: "name",
    cell: (row) => (
      <Link href={`/clients/${row.id}`} prefetch={false}>
        {row.name}
      </Link>
    ),
  },
  {
    id: "clientId",
    header: "Client ID",
    size: 130,
    grows: true,
    cell: (row) => <span className="mono">{row.clientId}</span>,
  },
  { id: "kind", header: "Kind", size: 146, cell: (row) => CLIENT_KIND_WORDS[row.kind].name },
  { id: "state", header: "State", size: 100, cell: (row) => <StateBadge state={row.state} /> },
  {
    id: "needs",
    header: words.needsLook,
    size: 156,
    cell: (row) => <Needs findings={row.findings} />,
  },
  {
    id: "audiences",
    header: "Audiences",
    size: 130,
    cell: (row) => (
      <ScopeList
        values={row.audiences.map((audience) => audience.name)}
        what={["audience", "audiences"]}
        shown={2}
        plain
      />
    ),
  },
  {
    id: "format",
    header: "Format",
    size: 80,
    isHiddenAtFirst: true,
    cell: (row) => (row.tokenFormat === "jwt" ? "JWT" : "Opaque"),
  },
  {
    id: "lifetime",
    header: "Access token",
    size: 120,
    cell: (row) => (
      <span title={ttlWords(row.accessTokenTtl)}>
        {shortDuration(row.accessTokenTtl.seconds)}{" "}
        <span className="faint">{row.accessTokenTtl.source === "client" ? "own" : "default"}</span>
      </span>
    ),
  },
  {
    id: "live",
    header: "Live tokens",
    size: 100,
    align: "end",
    cell: (row) =>
      row.liveTokens === null ? (
        <span className="faint" title={words.notCounted}>
          many
        </span>
      ) : (
        <NumberText value={row.liveTokens} />
      ),
  },
  {
    id: "created",
    header: "Created",
    size: 106,
    sort: "created",
    cell: (row) => <Instant at={row.createdAt} />,
  },
];

/** What needs a look, the first of it in words. */
function Needs({ findings }: { findings: ClientRow["findings"] }) {
  const [first, ...others] = findings ?? [];
  if (findings === null)
    return (
      <span className="faint" title={words.findingsUnknown}>
        not known
      </span>
    );
  if (first === undefined) return <span className="faint">nothing</span>;
  return (
    <span
      title={findings.map((code) => FINDING_WORDS[code].name).join("\n")}
      style={{ display: "inline-flex", gap: 4, alignItems: "center", minWidth: 0 }}
    >
      <IconAlertTriangle size={14} aria-hidden style={{ color: "var(--tw-suspended)", flex: "none" }} />
      <span style={{ overflow: "hidden", textOverflow: "ellipsis" }}>{FINDING_WORDS[first].short}</span>
      {others.length > 0 ? <span className="faint">+{others.length}</span> : null}
    </span>
  );
}

/** Applications that get tokens. */
export function ClientsTable({
  query,
  page,
  total,
  canWrite,
  isWithoutAudience,
}: {
  query: AnyListQuery;
  page: Page<ClientRow>;
  total: Total;
  canWrite: boolean;
  isWithoutAudience: boolean;
}) {
  return (
    <DataTable
      declaration={CLIENTS_TABLE}
      query={query}
      page={page}
      total={total}
      unit={["client", "clients"]}
      columns={COLUMNS}
      nameOf={(row) => row.name}
      hrefOf={(row) => `/clients/${row.id}`}
      isFaded={(row) => row.state === "disabled"}
      empty={
        <EmptyState
          icon={<IconPlugConnected size={28} stroke={1.5} />}
          title={words.emptyTitle}
          action={
            canWrite ? (
              <LinkButton href={isWithoutAudience ? "/audiences/new" : "/clients/new"} variant="filled">
                {isWithoutAudience ? words.addAudience : words.register}
              </LinkButton>
            ) : null
          }
        >
          {isWithoutAudience ? words.emptyWithoutAudience : words.emptyText}
        </EmptyState>
      }
    />
  );
}

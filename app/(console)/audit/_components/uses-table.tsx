"use client";

import { IconChecklist } from "@tabler/icons-react";
import Link from "next/link";
import { useMemo } from "react";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import { Country } from "#components/display/country.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import type { UsesPage } from "#lib/audit/list-token-uses.ts";
import type { TokenUseRow } from "#lib/audit/model.ts";
import { type TokenUsesQuery, tokenUsesTable } from "#lib/audit/table.ts";
import { refusalWords, sourceWords } from "#lib/audit/use-words.ts";
import { type Fold, withFolds } from "./folds.ts";
import { suggestUsesBeside } from "./suggest-uses.ts";
import { UseDrawer } from "./use-drawer.tsx";
import { auditWords as words } from "./words.ts";

const none = <span className="faint">–</span>;

const COLUMNS: DataTableColumn<TokenUseRow>[] = [
  {
    id: "at",
    header: "When",
    size: 146,
    canHide: false,
    sort: "at",
    cell: (row) => <Instant at={row.receivedAt} show="exact" />,
  },
  {
    id: "outcome",
    header: "Outcome",
    size: 108,
    canHide: false,
    cell: (row) => <StateBadge state={row.outcome} />,
  },
  {
    id: "token",
    header: "Token",
    size: 136,
    cell: (row) => (
      <>
        <IdText id={row.token.id} what="token id" href={`/tokens/${row.token.id}`} quiet withCopy={false} />{" "}
        <span className="faint">{row.token.kind}</span>
      </>
    ),
  },
  {
    id: "who",
    header: "User or service",
    size: 214,
    cell: (row) =>
      row.user ? (
        <Link href={`/users/${row.user.id}`} prefetch={false}>
          {row.user.email}
        </Link>
      ) : (
        (row.client?.clientId ?? row.subject)
      ),
  },
  {
    id: "client",
    header: "Client",
    size: 120,
    cell: (row) =>
      row.client ? (
        <Link href={`/clients/${row.client.id}`} prefetch={false}>
          {row.client.clientId}
        </Link>
      ) : (
        none
      ),
  },
  {
    id: "what",
    header: "Request",
    size: 196,
    grows: true,
    cell: (row) => (
      <>
        {row.path ? (
          <span className="mono" title={row.path}>
            {`${row.method ?? ""} ${row.path}`.trim()}
          </span>
        ) : (
          <span className="faint">{sourceWords(row.source)}</span>
        )}
        {row.refusal ? (
          <>
            <br />
            <small className="muted">{refusalWords(row.refusal)}</small>
          </>
        ) : null}
      </>
    ),
  },
  { id: "verifier", header: "Verifier", size: 118, cell: (row) => row.verifier?.name ?? none },
  {
    id: "ip",
    header: "Address",
    size: 134,
    cell: (row) => (row.ip ? <AddressLink ip={row.ip} /> : none),
  },
  {
    id: "country",
    header: "Country",
    size: 128,
    isHiddenAtFirst: true,
    onCard: "hidden",
    cell: (row) => <Country code={row.country} />,
  },
  {
    id: "status",
    header: "Status",
    size: 80,
    isHiddenAtFirst: true,
    onCard: "hidden",
    cell: (row) => row.status ?? none,
  },
  {
    id: "audience",
    header: "Audience",
    size: 140,
    isHiddenAtFirst: true,
    onCard: "hidden",
    cell: (row) => row.audience ?? none,
  },
  {
    id: "agent",
    header: "User agent",
    size: 200,
    isHiddenAtFirst: true,
    onCard: "hidden",
    cell: (row) => (row.userAgent ? <span title={row.userAgent}>{row.userAgent}</span> : none),
  },
];

/** The log of token uses; a row opens beside it. */
export function UsesTable({
  query,
  page,
  opened,
}: {
  query: TokenUsesQuery;
  page: UsesPage;
  /** What stays open above it. */
  opened: readonly Fold[];
}) {
  // the same filters come anew with each look at what is live
  const asked = JSON.stringify(query.filters);
  const suggest = useMemo(() => suggestUsesBeside(JSON.parse(asked) as TokenUsesQuery["filters"]), [asked]);
  return (
    <DataTable
      declaration={tokenUsesTable}
      query={query}
      page={page}
      total={null}
      keep={(address) => withFolds(address, opened)}
      suggest={suggest}
      unit={["use", "uses"]}
      columns={COLUMNS}
      nameOf={(row) => `${row.outcome} ${row.at}`}
      hrefOf={(row) => `/tokens/${row.token.id}`}
      drawer={{
        title: () => "Token use",
        body: (_id, row) =>
          row ? <UseDrawer use={row} /> : <p className="muted">It is not on this page of the log.</p>,
      }}
      empty={
        <EmptyState icon={<IconChecklist size={28} stroke={1.5} />} title={words.emptyUses}>
          {words.emptyUsesText}
        </EmptyState>
      }
      note={words.note}
      {...(page.searchedUpTo === null
        ? {}
        : {
            searched: (
              <>
                {query.sort.direction === "desc" ? words.searchedBackTo : words.searchedOnTo}{" "}
                <Instant at={page.searchedUpTo} show="exact" focusable />: {words.searchedInPart}
              </>
            ),
          })}
    />
  );
}

"use client";

import { Button } from "@mantine/core";
import { IconBan, IconKey } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { ScopeList } from "#components/display/scope-list.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import type { MayRevoke } from "#components/revocation/revocable-by.ts";
import { RevokeSelected } from "#components/revocation/revoke-selected.tsx";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import type { TokenRow } from "#lib/tokens/model.ts";
import { type TokensQuery, tokensTable } from "#lib/tokens/table.ts";
import { suggestTokenValues } from "./suggest-token-values.ts";
import classes from "./token-cells.module.css";
import { Expiry, Holder, LastUse, PRECISION } from "./token-cells.tsx";
import { TokenGlance } from "./token-glance.tsx";
import { useExactTotal } from "./use-exact-total.ts";

const COLUMNS: DataTableColumn<TokenRow>[] = [
  {
    id: "state",
    header: "State",
    size: 120,
    canHide: false,
    onCard: "title",
    cell: (token) => <StateBadge state={token.state} />,
  },
  {
    id: "token",
    header: "Token",
    size: 144,
    canHide: false,
    cell: (token) => (
      <span className={classes.token}>
        <IdText id={token.id} what="token id" href={`/tokens/${token.id}`} withCopy={false} quiet />
        <span className={classes.kind}>{token.kind}</span>
      </span>
    ),
  },
  {
    id: "holder",
    header: "User or service",
    size: 172,
    grows: true,
    cell: (token) => <Holder token={token} />,
  },
  {
    id: "client",
    header: "Client",
    size: 116,
    cell: (token) => <span title={token.client.name}>{token.client.clientId}</span>,
  },
  {
    id: "permissions",
    header: "Permissions",
    size: 146,
    cell: (token) => <ScopeList values={token.permissions} what={["permission", "permissions"]} />,
  },
  {
    id: "audience",
    header: "Audience",
    size: 112,
    cell: (token) => <ScopeList values={token.audiences} what={["audience", "audiences"]} plain shown={2} />,
  },
  {
    id: "issued",
    header: "Issued",
    size: 88,
    sort: "issued",
    cell: (token) => <Instant at={token.issuedAt} />,
  },
  { id: "expires", header: "Expires", size: 150, sort: "expires", cell: (token) => <Expiry token={token} /> },
  {
    id: "lastUsed",
    header: "Last used",
    size: 96,
    sort: "lastUsed",
    cell: (token) => <LastUse token={token} />,
  },
  {
    id: "format",
    header: "Format",
    size: 80,
    isHiddenAtFirst: true,
    onCard: "hidden",
    cell: (token) => (token.format === "jwt" ? "JWT" : "opaque"),
  },
];

function nameOf(token: TokenRow): string {
  return `${token.state} ${token.kind} token of ${token.user?.email ?? token.subject}`;
}

type TokensTableProps = { query: TokensQuery; page: Page<TokenRow>; total: Total; may: MayRevoke };

/** The Tokens table: one declaration, the server's filters, order and pages. */
export function TokensTable({ query, page, total, may }: TokensTableProps) {
  const [revoking, setRevoking] = useState<TokenRow[]>([]);
  const isAllowed = may.token;
  const counted = useExactTotal(total, query.filters);
  return (
    <>
      <DataTable
        declaration={tokensTable}
        query={query}
        page={page}
        total={counted}
        unit={["token", "tokens"]}
        columns={COLUMNS}
        nameOf={nameOf}
        hrefOf={(token) => `/tokens/${token.id}`}
        suggest={suggestTokenValues}
        note={`Last use and counts: ${PRECISION.toLowerCase()}`}
        drawer={{
          title: (id) => <IdText id={id} what="token id" head={8} href={`/tokens/${id}`} />,
          body: (id, token) => <TokenGlance key={id} id={id} row={token} may={may} />,
        }}
        keys={[
          {
            key: "r",
            does: "revoke what is selected",
            run: (rows) => (isAllowed ? setRevoking(rows) : undefined),
          },
        ]}
        selectionActions={({ rows, clear }) => (
          <>
            <Button
              variant="outline"
              color="red"
              leftSection={<IconBan size={16} />}
              disabled={!isAllowed}
              onClick={() => setRevoking(rows)}
            >
              Revoke…
            </Button>
            <Button variant="subtle" color="gray" onClick={clear}>
              Clear
            </Button>
          </>
        )}
        empty={
          <EmptyState
            icon={<IconKey size={24} stroke={1.6} />}
            title="No token has been issued yet"
            action={
              <Button component={Link} prefetch={false} href="/clients/new" variant="filled">
                Register a client
              </Button>
            }
          >
            <p>
              Register a client, get a token from the authority with it, and it stands here within a second.
              To look around first, start with the sample organisation:{" "}
              <code className="mono">npm run demo</code>
            </p>
          </EmptyState>
        }
      />
      <RevokeSelected
        tokens={revoking.map((token) => ({
          id: token.id,
          name: `${token.kind} token of ${token.user?.email ?? token.subject}`,
        }))}
        onClose={() => setRevoking([])}
      />
    </>
  );
}

"use client";

import { Button } from "@mantine/core";
import { IconBan, IconKey } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import { Country } from "#components/display/country.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { ScopeList } from "#components/display/scope-list.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import type { MayRevoke } from "#components/revocation/revocable-by.ts";
import { RevokeDialog } from "#components/revocation/revoke-dialog.tsx";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import { toListParameters } from "#lib/list-query/parse-list-query.ts";
import type { PlanTargetInput } from "#lib/order-plans/model.ts";
import type { TokenRow } from "#lib/tokens/model.ts";
import { type TokensQuery, tokensTable } from "#lib/tokens/table.ts";
import { suggestTokenValues } from "../../_components/suggest-values.ts";
import classes from "./token-cells.module.css";
import { Expiry, Holder, LastUse, PRECISION } from "./token-cells.tsx";
import { TokenGlance } from "./token-glance.tsx";
import { useExactTotal } from "./use-exact-total.ts";

const COLUMNS: DataTableColumn<TokenRow>[] = [
  {
    id: "state",
    header: "State",
    size: 126,
    canHide: false,
    onCard: "title",
    cell: (token) => <StateBadge state={token.state} />,
  },
  {
    id: "token",
    header: "Token",
    size: 140,
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
    minSize: 150,
    grows: true,
    cell: (token) => <Holder token={token} />,
  },
  {
    id: "client",
    header: "Client",
    size: 112,
    cell: (token) => <span title={token.client.name}>{token.client.clientId}</span>,
  },
  {
    id: "permissions",
    header: "Permissions",
    size: 158,
    cell: (token) => <ScopeList values={token.permissions} what={["permission", "permissions"]} />,
  },
  {
    id: "audience",
    header: "Audience",
    size: 104,
    cell: (token) => <ScopeList values={token.audiences} what={["audience", "audiences"]} plain shown={2} />,
  },
  {
    id: "issued",
    header: "Issued",
    size: 92,
    sort: "issued",
    cell: (token) => <Instant at={token.issuedAt} />,
  },
  { id: "expires", header: "Expires", size: 146, sort: "expires", cell: (token) => <Expiry token={token} /> },
  {
    id: "lastUsed",
    header: "Last used",
    size: 92,
    sort: "lastUsed",
    cell: (token) => <LastUse token={token} />,
  },
  {
    id: "country",
    header: "Issued to",
    size: 132,
    isHiddenAtFirst: true,
    onCard: "hidden",
    cell: (token) => <Country code={token.issuingCountry} />,
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

type TokensTableProps = {
  query: TokensQuery;
  page: Page<TokenRow>;
  total: Total;
  /** Why there are no rows, where the search was given up. */
  failure: string | null;
  may: MayRevoke;
  isWithoutAudience: boolean;
};

/** One token as itself, several as a frozen selection. */
function targetOf(rows: readonly TokenRow[]): PlanTargetInput | null {
  const [first] = rows;
  if (first === undefined) return null;
  return rows.length === 1
    ? { kind: "token", id: first.id }
    : { kind: "selection", tokenIds: rows.map((row) => row.id) };
}

/** Everything that the list's filters match, beyond this page too. */
function allThatMatch(query: TokensQuery): PlanTargetInput {
  const params = toListParameters(tokensTable, query);
  const filters: Record<string, string[]> = {};
  for (const key of Object.keys(tokensTable.filters)) if (params.has(key)) filters[key] = params.getAll(key);
  return { kind: "selection", filters };
}

/** The Tokens table: one declaration, the server's filters, order and pages. */
export function TokensTable({ query, page, total, failure, may, isWithoutAudience }: TokensTableProps) {
  const [target, setTarget] = useState<PlanTargetInput | null>(null);
  const isAllowed = may.token;
  // all tokens of all are a target of their own, and the owner's
  const isFiltered = Object.keys(query.filters).length > 0;
  const setRevoking = (rows: readonly TokenRow[]) =>
    setTarget(rows.length > 1 && !may.selection ? null : targetOf(rows));
  const exact = useExactTotal(total, query.filters);
  const counted = failure === null ? exact : null;
  return (
    <>
      <DataTable
        declaration={tokensTable}
        query={query}
        page={page}
        total={counted}
        failure={failure}
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
              disabled={!isAllowed || (rows.length > 1 && !may.selection)}
              onClick={() => setRevoking(rows)}
            >
              Revoke…
            </Button>
            {isFiltered && counted !== null && counted.value > rows.length ? (
              <Button
                variant="subtle"
                color="red"
                disabled={!may.selection}
                onClick={() => setTarget(allThatMatch(query))}
              >
                {counted.isExact ? `All ${groupedNumber(counted.value)} that match…` : "All that match…"}
              </Button>
            ) : null}
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
              <Button
                component={Link}
                prefetch={false}
                href={isWithoutAudience ? "/audiences/new" : "/clients/new"}
                variant="filled"
              >
                {isWithoutAudience ? "Create an audience" : "Register a client"}
              </Button>
            }
          >
            <p>
              {isWithoutAudience
                ? "Create an audience, the application that accepts the tokens. Then register a client for it, get a token with it, and it stands here within a second."
                : "Register a client, get a token from the authority with it, and it stands here within a second."}{" "}
              To look around first, start with the sample organisation:{" "}
              <code className="mono">npm run demo</code>
            </p>
          </EmptyState>
        }
      />
      <RevokeDialog target={target} onClose={() => setTarget(null)} />
    </>
  );
}

import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { countedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { ScopeList } from "#components/display/scope-list.tsx";
import type { Context } from "#lib/context.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { listTokens } from "#lib/tokens/list-tokens.ts";
import { LAST_USED_PRECISION_SECONDS, type TokenRow } from "#lib/tokens/model.ts";
import { tokensTable } from "#lib/tokens/table.ts";

const SHOWN = 8;

type Holder = { user: string } | { client: string } | { group: string } | { audience: string[] };

function parametersOf(of: Holder): URLSearchParams {
  return new URLSearchParams(
    Object.entries(of).flatMap(([key, value]) => [value].flat().map((one) => [key, one] as [string, string])),
  );
}

/** The newest live tokens of a user or client, with a group, or for some audiences, with the way to all of them. */
export async function LiveTokens({
  ctx,
  of,
  title = "Live tokens",
}: {
  ctx: Context;
  of: Holder;
  title?: string;
}) {
  const { query } = parseListQuery(tokensTable, { ...of, state: "active", size: String(SHOWN) });
  const { rows, total } = await listTokens(ctx, query);
  const parameters = parametersOf(of);
  const all = `/tokens?state=active&${parameters}`;
  const count = countedNumber(total);
  // a count that was given up tells no more than the rows do
  const isTold = total.isExact || total.value > SHOWN + 1;
  return (
    <Card
      title={title}
      flush={rows.length > 0}
      aside={
        rows.length === 0 ? null : (
          <Link prefetch={false} href={all}>
            {total.value <= rows.length ? "In the register" : isTold ? `All ${count}` : "All of them"}
          </Link>
        )
      }
    >
      {rows.length === 0 ? (
        <p className="muted">
          None now.{" "}
          <Link prefetch={false} href={`/tokens?${parameters}`}>
            See those that ended
          </Link>
        </p>
      ) : (
        <PlainTable
          name={title}
          rows={rows}
          keyOf={(row) => row.id}
          columns={[
            {
              header: "Token",
              cell: (row: TokenRow) => (
                <>
                  <IdText id={row.id} what="token id" href={`/tokens/${row.id}`} withCopy={false} />{" "}
                  <span className="faint">{row.kind}</span>
                </>
              ),
            },
            "user" in of
              ? {
                  header: "Client",
                  cell: (row: TokenRow) => (
                    <Link prefetch={false} href={`/clients/${row.client.id}`}>
                      {row.client.name}
                    </Link>
                  ),
                }
              : {
                  header: "User or service",
                  cell: (row: TokenRow) =>
                    row.user ? (
                      <Link prefetch={false} href={`/users/${row.user.id}`}>
                        {row.user.email}
                      </Link>
                    ) : (
                      row.subject
                    ),
                },
            {
              header: "Permissions",
              isExtra: true,
              cell: (row: TokenRow) => (
                <ScopeList values={row.permissions} what={["permission", "permissions"]} shown={1} />
              ),
            },
            { header: "Expires", cell: (row: TokenRow) => <Instant at={row.expiresAt} /> },
            {
              header: "Last used",
              isExtra: true,
              cell: (row: TokenRow) => (
                <Instant
                  at={row.lastUsedAt}
                  none="never"
                  hint={`Exact to ${LAST_USED_PRECISION_SECONDS} seconds`}
                />
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}

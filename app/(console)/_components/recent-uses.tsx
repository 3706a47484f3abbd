import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { listRecentUses } from "#lib/audit/list-recent-uses.ts";
import type { TokenUseRow } from "#lib/audit/model.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";
import { refusalWords, sourceWords } from "#lib/audit/use-words.ts";
import type { Context } from "#lib/context.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { AddressLink } from "./address-link.tsx";

const SHOWN = 6;

type RecentUsesProps = {
  ctx: Context;
  /** The log's filter that means them. */
  of: { [filter: string]: string };
  title: string;
  /** The time looked at; all of it unless told. */
  at?: string;
};

function Who({ row, of }: { row: TokenUseRow; of: RecentUsesProps["of"] }) {
  if ("user" in of || row.user === null)
    return (
      <Link prefetch={false} href={`/clients/${row.client.id}`}>
        {row.client.clientId}
      </Link>
    );
  return (
    <Link prefetch={false} href={`/users/${row.user.id}`}>
      {row.user.email}
    </Link>
  );
}

/** What was asked for, and why it was refused. */
function Asked({ row }: { row: TokenUseRow }) {
  return (
    <>
      {row.path ? (
        <span className="mono">{`${row.method ?? ""} ${row.path}`.trim()}</span>
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
  );
}

/** The newest uses of a token, of a family, a user or a client, by a verifier or from an address, with the way to all of them. */
export async function RecentUses({ ctx, of, title, at }: RecentUsesProps) {
  const asked = at === undefined ? of : { ...of, at };
  const { query } = parseListQuery(tokenUsesTable, asked);
  const rows = await listRecentUses(ctx, query.filters, SHOWN);
  const all = `/audit?${new URLSearchParams(asked)}`;
  return (
    <Card
      title={title}
      flush={rows !== null && rows.length > 0}
      aside={
        <Link prefetch={false} href={all}>
          In the log
        </Link>
      }
    >
      {rows === null || rows.length === 0 ? (
        <p className="muted">
          {rows === null ? "Finding the last ones takes a moment: look in the log." : "None on record."}
        </p>
      ) : (
        <PlainTable
          name={title}
          rows={rows}
          keyOf={(row) => row.id}
          columns={[
            { header: "When", cell: (row: TokenUseRow) => <Instant at={row.at} /> },
            { header: "Outcome", cell: (row: TokenUseRow) => <StateBadge state={row.outcome} /> },
            {
              header: "Token",
              isExtra: true,
              cell: (row: TokenUseRow) => (
                <IdText id={row.token.id} what="token id" href={`/tokens/${row.token.id}`} withCopy={false} />
              ),
            },
            {
              header: "user" in of ? "Client" : "User or client",
              isExtra: true,
              cell: (row: TokenUseRow) => <Who row={row} of={of} />,
            },
            {
              header: "Request",
              isWrapping: true,
              cell: (row: TokenUseRow) => <Asked row={row} />,
            },
            // a verifier's requests come with long addresses; the log has the rest
            ...("verifier" in of || "ip" in of
              ? []
              : [
                  {
                    header: "From",
                    isExtra: true,
                    cell: (row: TokenUseRow) => (row.ip ? <AddressLink ip={row.ip} /> : "–"),
                  },
                ]),
          ]}
        />
      )}
    </Card>
  );
}

import Link from "next/link";
import type { ReactNode } from "react";
import type { SignedInContext } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { Country } from "#components/display/country.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { type PlainColumn, PlainTable } from "#components/display/plain-table.tsx";
import { getUseHolders } from "#lib/audit/get-use-holders.ts";
import { type TokenUsesQuery, tokenUsesTable } from "#lib/audit/table.ts";
import type { UsedBy, UsedByList, UsedFrom } from "#lib/audit/use-holders.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { networkWords } from "#lib/places/network-words.ts";
import { AddressLink } from "../address-link.tsx";
import { NetworkCredit } from "../network-credit.tsx";
import classes from "./lifeline.module.css";
import type { LogOf } from "./lifeline-card.tsx";
import { lifelineWords as words } from "./words.ts";

/** How often, with the way to those uses. */
function Uses({ line, href }: { line: UsedBy; href: string }) {
  return (
    <>
      <Link prefetch={false} href={href}>
        <NumberText value={line.uses} />
      </Link>
      {line.refused > 0 ? (
        <>
          {" "}
          <span className={classes.refused}>
            <NumberText value={line.refused} /> {words.ofThemRefused}
          </span>
        </>
      ) : null}
    </>
  );
}

function List<Line extends UsedBy>({
  title,
  one,
  list,
  name,
  extra = [],
  logOf,
  note,
  isWide = false,
}: {
  title: string;
  /** What the first column has. */
  one: string;
  list: UsedByList<Line>;
  name: (line: Line) => ReactNode;
  extra?: PlainColumn<Line>[];
  logOf: (line: Line) => string;
  note?: ReactNode;
  /** As wide as two of the others. */
  isWide?: boolean;
}) {
  if (list.rows.length === 0) return null;
  const left = list.total - list.rows.length;
  return (
    <Card
      title={title}
      className={isWide ? classes.wide : undefined}
      aside={<NumberText value={list.total} />}
    >
      <PlainTable
        name={title}
        rows={list.rows}
        keyOf={({ id }) => `${title}-${id}`}
        columns={[
          { header: one, cell: name },
          ...extra,
          { header: words.uses, cell: (line) => <Uses line={line} href={logOf(line)} /> },
          { header: words.first, isExtra: true, cell: (line) => <Instant at={line.firstAt} /> },
          { header: words.last, cell: (line) => <Instant at={line.lastAt} /> },
        ]}
      />
      {left > 0 ? <p className={classes.note}>{words.more(left)}</p> : null}
      {note}
    </Card>
  );
}

const named = (of: "users" | "clients" | "verifiers") => (line: UsedBy) => (
  <Link prefetch={false} href={`/${of}/${line.id}`}>
    {line.name}
  </Link>
);

/** Which tokens, people, clients, verifiers and addresses are behind its uses; `own` is what is followed and not listed. */
export async function Holders({
  ctx,
  log,
  at,
  own,
}: {
  ctx: SignedInContext;
  log: LogOf;
  at: string;
  own: string | null;
}) {
  const { query }: { query: TokenUsesQuery } = parseListQuery(tokenUsesTable, { ...log, at });
  const holders = await getUseHolders(ctx, query.filters);
  if (holders === null || holders.uses === 0)
    return (
      <Card title={words.whose}>
        <p className="muted">{holders === null ? words.notRead : words.noHolders}</p>
      </Card>
    );
  const logBy = (filter: string) => (line: UsedBy) =>
    `/audit?${new URLSearchParams({ ...log, at, [filter]: line.id })}`;
  const { tokens, users, clients, verifiers, addresses } = holders;
  const isNamed = addresses.rows.some(({ networkName }) => networkName !== null);
  return (
    <>
      {holders.isCut ? <p className="muted">{`${words.whose}: ${words.newestOnly(holders.uses)}.`}</p> : null}
      <div className={classes.lists}>
        {own === "users" ? null : (
          <List
            title={words.users}
            one={words.user}
            list={users}
            name={named("users")}
            logOf={logBy("user")}
          />
        )}
        {own === "clients" ? null : (
          <List
            title={words.clients}
            one={words.client}
            list={clients}
            name={named("clients")}
            logOf={logBy("client")}
          />
        )}
        <List
          title={words.tokens}
          one={words.token}
          list={tokens}
          name={({ id, kind }) => (
            <>
              <IdText id={id} what="token id" href={`/tokens/${id}`} withCopy={false} />{" "}
              <span className="faint">{kind}</span>
            </>
          )}
          logOf={logBy("token")}
        />
        {own === "verifiers" ? null : (
          <List
            title={words.verifiers}
            one={words.verifier}
            list={verifiers}
            name={named("verifiers")}
            logOf={logBy("verifier")}
          />
        )}
        {own === "addresses" ? null : (
          <List<UsedFrom>
            title={words.addresses}
            one={words.address}
            list={addresses}
            name={({ id }) => <AddressLink ip={id} />}
            extra={[
              { header: words.country, isExtra: true, cell: ({ country }) => <Country code={country} /> },
              {
                header: words.network,
                isExtra: true,
                cell: ({ network, networkName }) =>
                  network === null ? "–" : networkWords({ network, networkName }),
              },
            ]}
            logOf={logBy("ip")}
            isWide
            note={
              isNamed ? (
                <p className={classes.note}>
                  <NetworkCredit />
                </p>
              ) : null
            }
          />
        )}
      </div>
    </>
  );
}

import Link from "next/link";
import type { SignedInContext } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { Country } from "#components/display/country.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { getUseHolders } from "#lib/audit/get-use-holders.ts";
import { type TokenUsesQuery, tokenUsesTable } from "#lib/audit/table.ts";
import type { UsedBy, UsedByList, UsedFrom } from "#lib/audit/use-holders.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { networkWords } from "#lib/places/network-words.ts";
import { AddressLink } from "../address-link.tsx";
import { NetworkCredit } from "../network-credit.tsx";
import { HolderList } from "./holder-list.tsx";
import classes from "./lifeline.module.css";
import type { LogOf } from "./lifeline-card.tsx";
import { lifelineWords as words } from "./words.ts";

/** One of them, of whatever kind. */
type Holder = UsedBy & { kind?: string };

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
  const named = (of: "users" | "clients" | "verifiers", list: UsedByList<Holder>, filter: string) => ({
    key: of,
    list,
    one: words[filter as "user" | "client" | "verifier"],
    name: (line: Holder) => (
      <Link prefetch={false} href={`/${of}/${line.id}`}>
        {line.name}
      </Link>
    ),
    logOf: logBy(filter),
  });
  const lists = [
    named("users", users, "user"),
    named("clients", clients, "client"),
    {
      key: "tokens" as const,
      list: tokens as UsedByList<Holder>,
      one: words.token,
      name: ({ id, kind }: Holder) => (
        <>
          <IdText id={id} what="token id" href={`/tokens/${id}`} withCopy={false} />{" "}
          <span className="faint">{kind}</span>
        </>
      ),
      logOf: logBy("token"),
    },
    named("verifiers", verifiers, "verifier"),
  ].filter(({ key, list }) => key !== own && list.rows.length > 0);
  return (
    <>
      {holders.isCut ? <p className="muted">{`${words.whose}: ${words.newestOnly(holders.uses)}.`}</p> : null}
      <div className={classes.lists}>
        {lists.map(({ key, ...list }, index) => (
          // two beside each other: the last of an odd number has the line for itself
          <HolderList
            key={key}
            title={words[key]}
            {...list}
            isWide={index === lists.length - 1 && lists.length % 2 === 1}
          />
        ))}
        {own === "addresses" ? null : (
          <HolderList<UsedFrom>
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

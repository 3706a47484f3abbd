import Link from "next/link";
import type { SignedInContext } from "#app/_lib/context.ts";
import { NetworkCredit } from "#app/(console)/_components/network-credit.tsx";
import { listAddress, withFilters } from "#components/data-table/list-address.ts";
import { Card } from "#components/display/card.tsx";
import { Country } from "#components/display/country.tsx";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { getUseSummary } from "#lib/audit/get-use-summary.ts";
import type { UseSummary as Summary, UsePlace } from "#lib/audit/model.ts";
import { type TokenUsesQuery, tokenUsesTable } from "#lib/audit/table.ts";
import { UNKNOWN_COUNTRY } from "#lib/list-query/country.ts";
import { networkWords } from "#lib/places/network-words.ts";
import { type Fold, withFolds } from "./folds.ts";
import classes from "./use-summary.module.css";
import { auditWords as words } from "./words.ts";

function Counts({ uses, refused }: { uses: number; refused: number }) {
  return (
    <>
      <NumberText value={uses} />
      {refused > 0 ? (
        <>
          {" "}
          <span className={classes.refused}>
            <NumberText value={refused} /> {words.ofThemRefused}
          </span>
        </>
      ) : null}
    </>
  );
}

/** Where what is followed was used, what was called and what was answered: the table that a map would be drawn from. */
export async function UseSummary({
  ctx,
  query,
  opened,
}: {
  ctx: SignedInContext;
  query: TokenUsesQuery;
  /** What stays open where a country is pressed. */
  opened: readonly Fold[];
}) {
  const summary = await getUseSummary(ctx, query.filters);
  if (summary === null) return <p className="muted">{words.notRead}</p>;
  if (summary.uses === 0) return null;
  const inCountry = (country: string | null) =>
    withFolds(
      listAddress(
        "/audit",
        tokenUsesTable,
        withFilters(query, { ...query.filters, country: [country ?? UNKNOWN_COUNTRY] }),
      ),
      opened,
    );
  return (
    <div className={classes.summary}>
      <Card title={words.places} aside={<Seen summary={summary} />}>
        <PlainTable
          name={words.places}
          rows={summary.places}
          keyOf={(row: UsePlace) => `${row.country} ${row.network}`}
          columns={[
            {
              header: words.country,
              cell: (row: UsePlace) => (
                <Link prefetch={false} href={inCountry(row.country)}>
                  <Country code={row.country} />
                </Link>
              ),
            },
            {
              header: words.network,
              cell: (row: UsePlace) => (
                <span className={row.networkName === null ? "mono" : undefined}>
                  {row.network === null
                    ? words.noAddress
                    : networkWords({ network: row.network, networkName: row.networkName })}
                </span>
              ),
            },
            { header: words.usesOf, cell: (row: UsePlace) => <Counts {...row} /> },
            { header: words.firstSeen, cell: (row: UsePlace) => <Instant at={row.firstAt} /> },
            { header: words.lastSeen, cell: (row: UsePlace) => <Instant at={row.lastAt} /> },
          ]}
        />
        {summary.places.some(({ networkName }) => networkName !== null) ? (
          <p className={classes.credit}>
            <NetworkCredit />
          </p>
        ) : null}
      </Card>
      <Card title={words.endpoints} aside={<Answers summary={summary} />}>
        <PlainTable
          name={words.endpoints}
          rows={summary.endpoints}
          keyOf={(row) => row.endpoint}
          columns={[
            { header: words.request, cell: (row) => <span className="mono">{row.endpoint}</span> },
            { header: words.usesOf, cell: (row) => <Counts {...row} /> },
            { header: words.lastSeen, cell: (row) => <Instant at={row.lastAt} /> },
          ]}
        />
      </Card>
    </div>
  );
}

function Seen({ summary }: { summary: Summary }) {
  return (
    <>
      <NumberText value={summary.countries} unit={["country", "countries"]} />,{" "}
      <NumberText value={summary.networks} unit={["network", "networks"]} />; {words.seenFrom}{" "}
      <Instant at={summary.firstAt} focusable />
      {words.seenTo} <Instant at={summary.lastAt} focusable />
      {summary.isCut ? ` · ${words.newestOnly(summary.lookedAt)}` : null}
    </>
  );
}

function Answers({ summary }: { summary: Summary }) {
  if (summary.statuses.length === 0 && summary.bytes === null) return <>{words.noAnswers}</>;
  return (
    <>
      {summary.statuses
        .map(({ status, uses }) => `HTTP ${status}: ${uses.toLocaleString("en-GB")}`)
        .join(" · ")}
      {summary.bytes === null ? null : (
        <>
          {summary.statuses.length > 0 ? " · " : ""}
          <NumberText value={summary.bytes} unit={["byte", "bytes"]} />
        </>
      )}
    </>
  );
}

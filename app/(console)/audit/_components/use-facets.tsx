import { IconMinus } from "@tabler/icons-react";
import Link from "next/link";
import type { ReactNode } from "react";
import type { SignedInContext } from "#app/_lib/context.ts";
import { listAddress, withFilters } from "#components/data-table/list-address.ts";
import { Country } from "#components/display/country.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { shown } from "#components/display/shown.ts";
import { getUseFacets } from "#lib/audit/get-use-facets.ts";
import type { UseFacets as Facets, UseFacet } from "#lib/audit/model.ts";
import { type TokenUsesQuery, tokenUsesTable } from "#lib/audit/table.ts";
import { OUTCOME_WORDS, refusalWords, sourceWords } from "#lib/audit/use-words.ts";
import { negationKey } from "#lib/list-query/negations.ts";
import classes from "./facets.module.css";
import { type Fold, withFolds } from "./folds.ts";
import { auditWords as words } from "./words.ts";

type FacetKey = keyof Facets["facets"];

/** Values of a facet that stand there at once; the rest opens. */
const FIRST_VALUES = 5;

const FACETS: { key: FacetKey; name: string; word: (value: string) => ReactNode }[] = [
  {
    key: "outcome",
    name: words.byOutcome,
    word: (value) => OUTCOME_WORDS[value as keyof typeof OUTCOME_WORDS] ?? value,
  },
  { key: "client", name: words.byClient, word: (value) => value },
  { key: "verifier", name: words.byVerifier, word: (value) => value },
  { key: "country", name: words.byCountry, word: (value) => <Country code={value} /> },
  { key: "source", name: words.bySource, word: sourceWords },
  { key: "refusal", name: words.byRefusal, word: refusalWords },
];

type Side = FacetKey | `not${Capitalize<FacetKey>}`;

/** The query with a value on one side, wanted or left out, and no more where it is there already; never on both. */
function toggled(query: TokenUsesQuery, key: FacetKey, value: string, side: Side): TokenUsesQuery {
  const filters: Record<string, unknown> = { ...query.filters };
  for (const one of [key, negationKey(key)]) {
    const before = (query.filters[one] ?? []) as readonly string[];
    const after =
      one === side && !before.includes(value)
        ? [...before, value]
        : before.filter((other) => other !== value);
    if (after.length === 0) delete filters[one];
    else filters[one] = after;
  }
  return withFilters(query, filters as TokenUsesQuery["filters"]);
}

/** How many uses of the range have which value, under all other filters; a click sets or clears the filter. */
export async function UseFacets({
  ctx,
  query,
  opened,
}: {
  ctx: SignedInContext;
  query: TokenUsesQuery;
  /** What stays open where a value is pressed. */
  opened: readonly Fold[];
}) {
  const { facets, isCounted } = await getUseFacets(ctx, query.filters);
  if (!isCounted) return <p className={classes.note}>{words.notCounted}</p>;
  // of nothing there is nothing to count by
  if (FACETS.every(({ key }) => facets[key].length === 0)) return null;
  return (
    <section className={classes.facets} aria-label={words.counts}>
      {FACETS.map(({ key, name, word }) => {
        const values = facets[key];
        if (values.length === 0) return null;
        const most = values[0]?.count ?? 1;
        const chosen = (query.filters[key] ?? []) as readonly string[];
        const leftOut = (query.filters[negationKey(key)] ?? []) as readonly string[];
        const isChosen = ({ value }: UseFacet) => chosen.includes(value);
        const addressWith = (value: string, side: Side) =>
          withFolds(listAddress("/audit", tokenUsesTable, toggled(query, key, value, side)), opened);
        // what is chosen stands first, however rare it is
        const inOrder = [...values.filter(isChosen), ...values.filter((value) => !isChosen(value))];
        const line = ({ value, count }: UseFacet) => (
          <li key={value} className={classes.line}>
            <Link
              prefetch={false}
              scroll={false}
              className={classes.value}
              data-out={leftOut.includes(value) || undefined}
              href={addressWith(value, leftOut.includes(value) ? negationKey(key) : key)}
              aria-current={chosen.includes(value) ? "true" : undefined}
              aria-label={leftOut.includes(value) ? words.leftOut(value) : undefined}
            >
              <span
                className={classes.bar}
                style={{ width: `${Math.max(1, (count / most) * 100)}%` }}
                aria-hidden
              />
              <span className={classes.word}>{shown(word(value))}</span>
              <span className={classes.count}>
                <NumberText value={count} compact />
              </span>
            </Link>
            {leftOut.includes(value) ? null : (
              <Link
                prefetch={false}
                scroll={false}
                className={classes.out}
                href={addressWith(value, negationKey(key))}
                aria-label={words.leaveOut(value)}
                title={words.leaveOut(value)}
              >
                <IconMinus size={12} aria-hidden />
              </Link>
            )}
          </li>
        );
        return (
          <div key={key} className={classes.facet}>
            <h2 className={classes.name}>{name}</h2>
            <ol className={classes.values}>{inOrder.slice(0, FIRST_VALUES).map(line)}</ol>
            {values.length > FIRST_VALUES ? (
              <details className={classes.more}>
                <summary>{words.moreValues(values.length - FIRST_VALUES)}</summary>
                <ol className={classes.values}>{inOrder.slice(FIRST_VALUES).map(line)}</ol>
              </details>
            ) : null}
          </div>
        );
      })}
    </section>
  );
}

/** Room for it while it is counted. */
export function UseFacetsLoading() {
  return <div className={classes.facets} style={{ minHeight: 140 }} aria-hidden />;
}

import Link from "next/link";
import { listAddress, withFilters } from "#components/data-table/list-address.ts";
import { ADMINS, type AuditEntriesQuery, auditEntriesTable } from "#lib/audit/table.ts";
import classes from "./time-range.module.css";
import { auditWords as words } from "./words.ts";

/** Where the list of acts begins: with those of admins and of API tokens. */
export const ADMINS_ACTS = `/audit/acts?${ADMINS.map((kind) => `by=${kind}`).join("&")}`;

const ANYONE = ["anyone"] as const;

/** Whose acts are shown: a filter like any other, one press away. */
export function WhoseActs({ query }: { query: AuditEntriesQuery }) {
  const { by, notBy: _, ...others } = query.filters;
  const isAnyone = (by === undefined && query.filters.notBy === undefined) || by?.includes("anyone") === true;
  const isAdmins = query.filters.notBy === undefined && by?.join() === ADMINS.join();
  const choices = [
    { word: words.ofAdmins, kinds: ADMINS, isCurrent: isAdmins, hint: undefined },
    { word: words.ofAnyone, kinds: ANYONE, isCurrent: isAnyone, hint: words.ofAnyoneHint },
  ];
  return (
    <nav className={classes.ranges} aria-label={words.whose}>
      {choices.map(({ word, kinds, isCurrent, hint }) => (
        <Link
          key={word}
          prefetch={false}
          scroll={false}
          title={hint}
          href={listAddress(
            "/audit/acts",
            auditEntriesTable,
            withFilters(query, { ...others, by: [...kinds] }),
          )}
          aria-current={isCurrent ? "true" : undefined}
          className={classes.range}
        >
          {word}
        </Link>
      ))}
    </nav>
  );
}

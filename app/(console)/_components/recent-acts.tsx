import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { actUponItWords } from "#lib/audit/act-words.ts";
import { listAuditEntries } from "#lib/audit/list-audit-entries.ts";
import { auditEntriesTable } from "#lib/audit/table.ts";
import type { Context } from "#lib/context.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import classes from "./recent-acts.module.css";

const SHOWN = 5;

/** The log of the acts upon something. */
export function actsAddress(target: string, ids: readonly string[]): string {
  return `/audit/acts?${new URLSearchParams([["target", target], ...ids.map((id) => ["targetId", id])])}`;
}

/** The newest acts upon something, with the way to all of them. */
export async function RecentActs({
  ctx,
  target,
  targetId,
}: {
  ctx: Context;
  target: string;
  /** Several, where acts call the same thing by its id and by its name. */
  targetId: string | readonly string[];
}) {
  const ids = typeof targetId === "string" ? [targetId] : [...targetId];
  const { query } = parseListQuery(auditEntriesTable, { target, targetId: ids, size: String(SHOWN) });
  const { rows, next } = await listAuditEntries(ctx, query);
  return (
    <Card
      title="Acts"
      aside={
        rows.length === 0 ? null : (
          <Link prefetch={false} href={actsAddress(target, ids)}>
            {next === null ? "In the log" : "All in the log"}
          </Link>
        )
      }
    >
      {rows.length === 0 ? (
        <p className="muted">Nothing was done to it.</p>
      ) : (
        <ol className={classes.acts}>
          {rows.map((row) => (
            <li key={row.id}>
              <Link prefetch={false} href={`/audit/acts/${row.id}`}>
                {visibleText(row.actor.name)} {actUponItWords(row)}
              </Link>
              <br />
              <small className="muted">
                <Instant at={row.at} focusable />
              </small>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

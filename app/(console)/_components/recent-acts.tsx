import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { actOutcomeWords, actUponItWords } from "#lib/audit/act-words.ts";
import { listAuditEntries } from "#lib/audit/list-audit-entries.ts";
import type { AuditEntryRow } from "#lib/audit/model.ts";
import { auditEntriesTable } from "#lib/audit/table.ts";
import type { Context } from "#lib/context.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { actsAddress, actsByAddress } from "./acts-address.ts";
import classes from "./recent-acts.module.css";

const SHOWN = 5;

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
      aside={<AllActs href={actsAddress(target, ids)} isAll={next === null} isNone={rows.length === 0} />}
    >
      <ActList
        rows={rows}
        none="Nothing was done to it."
        wordsOf={(row) => `${visibleText(row.actor.name)} ${actUponItWords(row)}`}
      />
    </Card>
  );
}

/** The newest acts by somebody, with the way to all of them. */
export async function RecentActsBy({
  ctx,
  actorId,
  title,
  none,
}: {
  ctx: Context;
  actorId: string;
  title: string;
  none: string;
}) {
  const { query } = parseListQuery(auditEntriesTable, { actor: actorId, size: String(SHOWN) });
  const { rows, next } = await listAuditEntries(ctx, query);
  return (
    <Card
      title={title}
      aside={<AllActs href={actsByAddress(actorId)} isAll={next === null} isNone={rows.length === 0} />}
    >
      <ActList
        rows={rows}
        none={none}
        wordsOf={(row) =>
          `${actOutcomeWords(row)} ${visibleText(row.target.name)}`.replace(/^./, (first) =>
            first.toUpperCase(),
          )
        }
      />
    </Card>
  );
}

function AllActs({ href, isAll, isNone }: { href: string; isAll: boolean; isNone: boolean }) {
  return isNone ? null : (
    <Link prefetch={false} href={href}>
      {isAll ? "In the log" : "All in the log"}
    </Link>
  );
}

function ActList({
  rows,
  none,
  wordsOf,
}: {
  rows: readonly AuditEntryRow[];
  none: string;
  wordsOf: (row: AuditEntryRow) => string;
}) {
  if (rows.length === 0) return <p className="muted">{none}</p>;
  return (
    <ol className={classes.acts}>
      {rows.map((row) => (
        <li key={row.id}>
          <Link prefetch={false} href={`/audit/acts/${row.id}`}>
            {wordsOf(row)}
          </Link>
          <br />
          <small className="muted">
            <Instant at={row.at} focusable />
          </small>
        </li>
      ))}
    </ol>
  );
}

import Link from "next/link";
import type { ReactNode } from "react";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { type PlainColumn, PlainTable } from "#components/display/plain-table.tsx";
import type { UsedBy, UsedByList } from "#lib/audit/use-holders.ts";
import classes from "./lifeline.module.css";
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

/** Those with the most uses of one kind, and how many more there are. */
export function HolderList<Line extends UsedBy>({
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
          { header: one, isWrapping: true, cell: name },
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

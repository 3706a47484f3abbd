import { Group, Stack } from "@mantine/core";
import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import {
  IMPORT_OUTCOMES,
  type ImportDetail,
  type ImportKind,
  type ImportOutcome,
  type ImportRow,
} from "#lib/people-imports/model.ts";
import { ApplyImport } from "./apply-import.tsx";
import { effectsOf, OUTCOME_NAMES, importWords as words } from "./words.ts";

const CURRENT = { fontWeight: 600, color: "inherit", textDecoration: "none" } as const;

type ImportPreviewProps = {
  detail: ImportDetail;
  rows: ImportRow[];
  next: number | null;
  outcome: ImportOutcome | undefined;
  after: number;
  canApply: boolean;
};

/** What a file does, or did: in words, then row by row. */
export function ImportPreview({ detail, rows, next, outcome, after, canApply }: ImportPreviewProps) {
  const { kind, summary, state } = detail;
  const address = (given: { outcome?: ImportOutcome | undefined; after?: number | undefined }) => {
    const query = new URLSearchParams({ id: detail.id });
    if (given.outcome !== undefined) query.set("outcome", given.outcome);
    if (given.after !== undefined) query.set("after", String(given.after));
    return `/${kind}/import?${query}`;
  };
  return (
    <>
      <Card
        title={state === "applied" ? words.did : words.does}
        aside={
          state === "applied" ? (
            <StateBadge state="done">Applied</StateBadge>
          ) : (
            <StateBadge state="standby">Not applied</StateBadge>
          )
        }
      >
        <Stack gap="sm">
          {effectsOf(detail).map((line) => (
            <p key={line}>{line}</p>
          ))}
          {detail.passedOver.length > 0 ? (
            <p className="muted">{words.passedOver(detail.passedOver)}</p>
          ) : null}
          <p className="muted">
            {detail.fileName}, {words.brought} <Instant at={detail.createdAt} focusable />, {words.by}{" "}
            {detail.by}
            {detail.appliedAt === null ? null : (
              <>
                ; applied <Instant at={detail.appliedAt} focusable />
              </>
            )}
            .
          </p>
          <Group gap="sm">
            {state === "ready" && canApply ? <ApplyImport detail={detail} /> : null}
            {canApply ? <LinkButton href={`/${kind}/import`}>{words.another}</LinkButton> : null}
          </Group>
        </Stack>
      </Card>
      <Card
        title={words.rows}
        flush={rows.length > 0}
        aside={
          <nav aria-label={words.rows} style={{ display: "flex", flexWrap: "wrap", gap: 12 }}>
            <Link
              prefetch={false}
              href={address({})}
              aria-current={outcome === undefined ? "page" : undefined}
              style={outcome === undefined ? CURRENT : undefined}
            >
              {words.all}
            </Link>
            {IMPORT_OUTCOMES.map((one) => (
              <Link
                key={one}
                prefetch={false}
                href={address({ outcome: one })}
                aria-current={outcome === one ? "page" : undefined}
                style={outcome === one ? CURRENT : undefined}
              >
                {OUTCOME_NAMES[one]} {groupedNumber(summary?.[one] ?? 0)}
              </Link>
            ))}
          </nav>
        }
      >
        {rows.length === 0 ? (
          <p className="muted">{words.noRows}</p>
        ) : (
          <PlainTable
            name={words.rows}
            rows={rows}
            keyOf={(row) => String(row.line)}
            columns={[
              { header: "Line", align: "end", cell: (row: ImportRow) => groupedNumber(row.line) },
              { header: "Outcome", cell: (row: ImportRow) => <Outcome outcome={row.outcome} /> },
              {
                header: kind === "users" ? "User" : "Group",
                cell: (row: ImportRow) => <What kind={kind} row={row} />,
              },
            ]}
          />
        )}
      </Card>
      {after > 0 || next !== null ? (
        <Group gap="sm">
          {after > 0 ? <LinkButton href={address({ outcome })}>{words.first}</LinkButton> : null}
          {next !== null ? (
            <LinkButton href={address({ outcome, after: next })}>{words.more}</LinkButton>
          ) : null}
        </Group>
      ) : null}
    </>
  );
}

const BADGES = { created: "active", changed: "issued", unchanged: "retired", refused: "refused" } as const;

function Outcome({ outcome }: { outcome: ImportOutcome }) {
  return <StateBadge state={BADGES[outcome]}>{OUTCOME_NAMES[outcome]}</StateBadge>;
}

function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  return value === "" || value === undefined || value === null ? "none" : String(value);
}

/** What a row is about; why it is refused, what it changes from what to what, or what is created. */
function What({ kind, row }: { kind: ImportKind; row: ImportRow }) {
  const fields =
    row.outcome === "created"
      ? Object.keys(row.given)
      : row.outcome === "changed"
        ? Object.keys(row.before ?? {})
        : [];
  return (
    <div style={{ padding: "6px 0", overflowWrap: "anywhere" }}>
      {row.targetId === null ? (
        (row.key ?? <span className="muted">not readable</span>)
      ) : (
        <Link prefetch={false} href={`/${kind}/${row.targetId}`}>
          {row.key}
        </Link>
      )}
      {fields.map((name) => (
        <div key={name}>
          <span className="muted">{name}:</span>{" "}
          {row.before !== null && name in row.before ? (
            <>
              <del>{wordsOf(row.before[name])}</del> →{" "}
            </>
          ) : null}
          {wordsOf(row.given[name])}
        </div>
      ))}
      {row.remark === null ? null : <div>{row.remark}</div>}
    </div>
  );
}

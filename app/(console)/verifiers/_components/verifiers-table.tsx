"use client";

import { IconShieldCheck } from "@tabler/icons-react";
import Link from "next/link";
import { StandingBadge } from "#app/(console)/_components/standing-badge.tsx";
import { wayWords } from "#app/(console)/_components/way-words.ts";
import { waysDiffer } from "#app/(console)/_components/ways-differ.ts";
import type { DataTableColumn } from "#components/data-table/columns.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { AnyListQuery } from "#components/data-table/list-address.ts";
import { Instant } from "#components/display/instant.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { ScopeList } from "#components/display/scope-list.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import type { Page, Total } from "#lib/list-query/define-table.ts";
import { SEEN_WAY_WORDS } from "#lib/propagation/model.ts";
import {
  AUDIT_MODE_WORDS,
  CHECK_WAY_WORDS,
  VERIFIER_MODE_WORDS,
  type VerifierListRow,
} from "#lib/verifiers/model.ts";
import { VERIFIERS_TABLE } from "#lib/verifiers/table.ts";
import { DayUses } from "./day-uses.tsx";
import { latencyWords } from "./latency-words.ts";
import { verifierWords as words } from "./words.ts";

const COLUMNS: DataTableColumn<VerifierListRow>[] = [
  {
    id: "name",
    header: "Name",
    size: 150,
    minSize: 140,
    canHide: false,
    onCard: "title",
    sort: "name",
    cell: (row) => (
      <Link href={`/verifiers/${row.id}`} prefetch={false}>
        {row.name}
      </Link>
    ),
  },
  {
    id: "description",
    header: "Description",
    size: 180,
    minSize: 96,
    grows: true,
    cell: (row) => row.description || <span className="faint">none</span>,
  },
  {
    id: "standing",
    header: "Standing",
    size: 170,
    cell: (row) =>
      row.state === "disabled" ? <StateBadge state="disabled" /> : <StandingBadge of={row.propagation} />,
  },
  {
    id: "way",
    header: "Way",
    size: 150,
    cell: (row) => (
      <span title={CHECK_WAY_WORDS[row.checkWay].means}>
        {wayWords(row)}
        {waysDiffer(row.propagation) ? (
          <span
            className="faint"
            title={words.seenWays(row.propagation.seenWays.map((way) => SEEN_WAY_WORDS[way]).join(", "))}
          >
            {" "}
            +
          </span>
        ) : null}
      </span>
    ),
  },
  {
    id: "audiences",
    header: "Audiences",
    size: 130,
    cell: (row) => (
      <ScopeList
        values={row.audiences.map((audience) => audience.name)}
        what={["audience", "audiences"]}
        shown={2}
        plain
      />
    ),
  },
  {
    id: "instances",
    header: "Instances",
    size: 78,
    align: "end",
    cell: (row) =>
      row.propagation.instances.count === 0 ? (
        <span className="faint">–</span>
      ) : (
        <span title={words.instancesMeans(row.propagation.instances)}>{row.propagation.instances.live}</span>
      ),
  },
  {
    id: "uses",
    header: "Uses, 24 h",
    size: 112,
    align: "end",
    cell: (row) => <DayUses row={row} />,
  },
  {
    id: "latency",
    header: "p50 / p99",
    size: 130,
    align: "end",
    isHiddenAtFirst: true,
    cell: (row) =>
      row.latencyUs === null ? (
        <span className="faint" title={words.unknownLatency}>
          –
        </span>
      ) : (
        <span title={words.latencyMeans}>{latencyWords(row.latencyUs)}</span>
      ),
  },
  {
    id: "mode",
    header: "Mode",
    size: 90,
    isHiddenAtFirst: true,
    cell: (row) => (
      <span title={VERIFIER_MODE_WORDS[row.mode].means}>{VERIFIER_MODE_WORDS[row.mode].name}</span>
    ),
  },
  {
    id: "audit",
    header: "Record",
    size: 90,
    isHiddenAtFirst: true,
    cell: (row) => (
      <span title={AUDIT_MODE_WORDS[row.auditMode].means}>{AUDIT_MODE_WORDS[row.auditMode].name}</span>
    ),
  },
  {
    id: "seen",
    header: "Last heard",
    size: 100,
    cell: (row) => <Instant at={row.propagation.lastHeardAt} none="never" />,
  },
  {
    id: "created",
    header: "Created",
    size: 110,
    isHiddenAtFirst: true,
    sort: "created",
    cell: (row) => <Instant at={row.createdAt} />,
  },
];

/** Services that ask whether tokens are good. */
export function VerifiersTable({
  query,
  page,
  total,
  canWrite,
}: {
  query: AnyListQuery;
  page: Page<VerifierListRow>;
  total: Total;
  canWrite: boolean;
}) {
  return (
    <DataTable
      declaration={VERIFIERS_TABLE}
      query={query}
      page={page}
      total={total}
      unit={["verifier", "verifiers"]}
      columns={COLUMNS}
      nameOf={(row) => row.name}
      hrefOf={(row) => `/verifiers/${row.id}`}
      isFaded={(row) => row.state === "disabled"}
      empty={
        <EmptyState
          icon={<IconShieldCheck size={28} stroke={1.5} />}
          title={words.emptyTitle}
          action={
            canWrite ? (
              <LinkButton href="/verifiers/new" variant="filled">
                {words.register}
              </LinkButton>
            ) : null
          }
        >
          {words.emptyText}
        </EmptyState>
      }
    />
  );
}

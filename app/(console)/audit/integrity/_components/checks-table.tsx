"use client";

import { List, Progress } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Tag } from "#components/display/tag.tsx";
import { useWork } from "#components/work/work.tsx";
import { percentOf, progressWords } from "#components/work/work-words.ts";
import { type EvidenceCheck, isOpenCheck } from "#lib/evidence-checks/model.ts";
import { chainWords, integrityWords as words } from "./words.ts";

const counted = (count: number, one: string) => `${groupedNumber(count)} ${count === 1 ? one : `${one}s`}`;

function StateCell({ check }: { check: EvidenceCheck }) {
  const { state } = check;
  if (state === "held") return <StateBadge state="well">{words.states.held}</StateBadge>;
  if (state === "broken" || state === "failed")
    return <StateBadge state="failing">{words.states[state]}</StateBadge>;
  return <Tag tone={isOpenCheck(check) ? "standby" : "expired"}>{words.states[state]}</Tag>;
}

/** How far it is, followed with the long work of every page; then what was found. */
function FoundCell({ check }: { check: EvidenceCheck }) {
  const item = useWork().items.find((one) => one.kind === "check" && one.id === check.id);
  if (isOpenCheck(check)) {
    if (item === undefined || item.state === "waiting") return <span className="faint">–</span>;
    return (
      <>
        <span>{progressWords(item)}</span>
        <Progress value={percentOf(item) ?? 100} size={6} mt={6} maw={320} aria-label="Read" />
      </>
    );
  }
  const { found } = check;
  if (found === null) return <span className="faint">–</span>;
  const parts = [
    `${counted(found.uses, "use")} in ${counted(found.seals, "seal")}`,
    counted(found.acts, "act"),
    counted(found.checkpoints, "checkpoint"),
    ...(found.held === null ? [] : [`${groupedNumber(found.held)} compared with the file outside`]),
    ...(found.uncovered === 0 ? [] : [`${counted(found.uncovered, "seal")} without a checkpoint yet`]),
    ...(found.unsealed === 0 ? [] : [`${counted(found.unsealed, "use")} without a seal yet`]),
    ...(found.before === 0 ? [] : [`${counted(found.before, "use")} from before there were seals`]),
  ];
  return (
    <>
      <span>{parts.join(", ")}</span>
      {found.problems.length === 0 ? null : (
        <List size="sm" mt={4} withPadding>
          {found.problems.map(({ chain, sequence, says }) => (
            <List.Item key={chain}>
              <strong>
                {chainWords(chain)} {groupedNumber(sequence)}
              </strong>
              : {says}
              {chainWords(chain) === "Writer" ? <code className="faint"> {chain}</code> : null}
            </List.Item>
          ))}
        </List>
      )}
    </>
  );
}

/** The verifications, newest first. Once one that was under way has ended the page is drawn again. */
export function ChecksTable({ checks }: { checks: EvidenceCheck[] }) {
  const router = useRouter();
  const { items } = useWork();
  const ended = items.some(
    (item) =>
      item.kind === "check" &&
      item.endedAt !== null &&
      checks.some((check) => check.id === item.id && isOpenCheck(check)),
  );
  useEffect(() => {
    if (ended) router.refresh();
  }, [ended, router]);
  if (checks.length === 0) return <p className="muted">{words.none}</p>;
  return (
    <PlainTable
      name={words.past}
      rows={checks}
      keyOf={(row) => row.id}
      columns={[
        {
          header: "Span",
          cell: (row: EvidenceCheck) => (
            <>
              <Instant at={row.from} show="exact" /> to <Instant at={row.until} show="exact" />
            </>
          ),
        },
        { header: "Result", cell: (row: EvidenceCheck) => <StateCell check={row} /> },
        { header: "Found", cell: (row: EvidenceCheck) => <FoundCell check={row} /> },
        { header: "By", isExtra: true, cell: (row: EvidenceCheck) => row.by },
        {
          header: "Ended",
          isExtra: true,
          cell: (row: EvidenceCheck) =>
            row.endedAt === null ? <span className="faint">–</span> : <Instant at={row.endedAt} />,
        },
      ]}
    />
  );
}

"use client";

import { List, Progress } from "@mantine/core";
import { useRouter } from "next/navigation";
import { Fragment, useEffect } from "react";
import { Explained } from "#components/display/explained.tsx";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Tag } from "#components/display/tag.tsx";
import { useWork } from "#components/work/work.tsx";
import { percentOf, progressWords } from "#components/work/work-words.ts";
import { type CheckFound, type EvidenceCheck, isOpenCheck } from "#lib/evidence-checks/model.ts";
import classes from "./checks-table.module.css";
import { chainWords, integrityWords as words } from "./words.ts";

const counted = (count: number, one: string) => `${groupedNumber(count)} ${count === 1 ? one : `${one}s`}`;

/** Whether it holds. */
function StateCell({ check }: { check: EvidenceCheck }) {
  const { state } = check;
  if (state === "held") return <StateBadge state="well">{words.states.held}</StateBadge>;
  if (state === "broken" || state === "failed")
    return <StateBadge state="failing">{words.states[state]}</StateBadge>;
  return <Tag tone={isOpenCheck(check) ? "standby" : "expired"}>{words.states[state]}</Tag>;
}

/** What was read, and what is not proved by now, with why that is so. */
function partsOf(found: CheckFound): { says: string; means?: string }[] {
  const { means } = words;
  return [
    { says: `${counted(found.uses, "use")} in ${counted(found.seals, "seal")}` },
    { says: counted(found.acts, "act") },
    { says: counted(found.checkpoints, "checkpoint") },
    ...(found.held === null
      ? []
      : [{ says: `${groupedNumber(found.held)} compared with the file outside`, means: means.held }]),
    ...(found.uncovered === 0
      ? []
      : [{ says: `${counted(found.uncovered, "seal")} without a checkpoint yet`, means: means.uncovered }]),
    ...(found.unsealed === 0
      ? []
      : [{ says: `${counted(found.unsealed, "use")} without a seal yet`, means: means.unsealed }]),
    ...(found.before === 0
      ? []
      : [{ says: `${counted(found.before, "use")} from before there were seals`, means: means.before }]),
  ];
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
  if (found === null || check.state === "empty") return <span className="faint">–</span>;
  return (
    <>
      {partsOf(found).map(({ says, means }, index) => (
        <Fragment key={says}>
          {index === 0 ? "" : ", "}
          {means === undefined ? says : <Explained means={means}>{says}</Explained>}
        </Fragment>
      ))}
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
          header: words.result,
          isWrapping: true,
          cell: (row: EvidenceCheck) => (
            <div className={classes.result}>
              <StateCell check={row} />
              <span>
                <Instant at={row.from} show="exact" focusable /> to{" "}
                <Instant at={row.until} show="exact" focusable />
              </span>
            </div>
          ),
        },
        {
          header: words.found,
          isWrapping: true,
          cell: (row: EvidenceCheck) => (
            <div className={classes.found}>
              <FoundCell check={row} />
            </div>
          ),
        },
        { header: "By", isExtra: true, cell: (row: EvidenceCheck) => row.by },
        {
          header: "Ended",
          isExtra: true,
          cell: (row: EvidenceCheck) =>
            row.endedAt === null ? <span className="faint">–</span> : <Instant at={row.endedAt} focusable />,
        },
      ]}
    />
  );
}

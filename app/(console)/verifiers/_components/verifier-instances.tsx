import { Card } from "#components/display/card.tsx";
import { durationWords } from "#components/display/duration.ts";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { type PlainColumn, PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Tag } from "#components/display/tag.tsx";
import { SEEN_WAY_WORDS } from "#lib/propagation/model.ts";
import {
  type VerifierInstances as Instances,
  VERIFIER_MODE_WORDS,
  type VerifierDetail,
  type VerifierInstance,
} from "#lib/verifiers/model.ts";
import { EndInstance } from "./end-instance.tsx";
import { latencyWords } from "./latency-words.ts";
import { instanceWords as words } from "./words.ts";

function Position({ row }: { row: VerifierInstance }) {
  if (row.behindBy === null) return <span className="faint">–</span>;
  if (row.behindBy === 0) return <>{words.inStep}</>;
  return <Tag tone="suspended">{words.behind(groupedNumber(row.behindBy))}</Tag>;
}

function Mode({ row, verifier }: { row: VerifierInstance; verifier: VerifierDetail }) {
  if (row.mode === null) return <span className="faint">{words.unsaid}</span>;
  const differs = row.mode !== verifier.mode;
  return (
    <span title={differs ? words.modeDiffers : undefined}>
      {VERIFIER_MODE_WORDS[row.mode].name}
      {row.maxStalenessSeconds === null ? null : (
        <>
          <br />
          <small className="faint">{durationWords(row.maxStalenessSeconds)}</small>
        </>
      )}
      {differs ? (
        <>
          <br />
          <small className="faint">
            {words.registeredAs(VERIFIER_MODE_WORDS[verifier.mode].name.toLowerCase())}
          </small>
        </>
      ) : null}
    </span>
  );
}

function Ended({ at, by }: { at: string; by: string | null }) {
  const hint = by === null ? words.endsMeans : words.endedByMeans(by);
  return (
    <>
      <Tag tone="expired">
        <Instant at={at} prefix={words.ended} hint={hint} />
      </Tag>
      {by === null ? null : (
        <>
          <br />
          <small className="faint">{words.endedBy(by)}</small>
        </>
      )}
    </>
  );
}

/** The processes that check tokens for it: how far each is, how fast, and what it lost. */
export function VerifierInstances({
  verifier,
  found,
  canWrite,
}: {
  verifier: VerifierDetail;
  found: Instances;
  canWrite: boolean;
}) {
  const { instances, count } = found;
  const columns: PlainColumn<VerifierInstance>[] = [
    {
      header: words.software,
      cell: (row) => (
        <>
          <span className="mono">{row.agent?.replace(/^@tokenwarden\//, "") ?? words.unnamed}</span>
          <br />
          <small className="faint">
            <IdText id={row.id} what="instance id" head={8} />
          </small>
        </>
      ),
    },
    {
      header: words.position,
      cell: (row) => (
        <>
          <Position row={row} />
          <br />
          <small className="faint">{SEEN_WAY_WORDS[row.way]}</small>
        </>
      ),
    },
    {
      header: words.heard,
      cell: (row) =>
        row.isLive ? (
          <Instant at={row.lastHeardAt} />
        ) : row.endedAt !== null ? (
          <Ended at={row.endedAt} by={row.endedBy} />
        ) : (
          <>
            <StateBadge state="failing">
              <Instant at={row.lastHeardAt} show="lasting" prefix={words.silent} />
            </StateBadge>
            {canWrite ? <EndInstance verifierId={verifier.id} instanceId={row.id} /> : null}
          </>
        ),
    },
    { header: words.mode, cell: (row) => <Mode row={row} verifier={verifier} />, isExtra: true },
    {
      header: words.checks,
      align: "end",
      cell: (row) => (
        <span title={words.checksMeans(groupedNumber(row.stale))}>
          {groupedNumber(row.accepted)} / {groupedNumber(row.refused)}
        </span>
      ),
    },
    {
      header: words.latency,
      align: "end",
      isExtra: true,
      cell: (row) =>
        row.latencyUs === null ? (
          <span className="faint">–</span>
        ) : (
          <span title={words.latencyMeans}>{latencyWords(row.latencyUs)}</span>
        ),
    },
    {
      header: words.lost,
      align: "end",
      cell: (row) =>
        row.lost === 0 ? (
          <span className="faint">{words.none}</span>
        ) : (
          <span title={words.lostMeans}>
            <StateBadge state="failing">{groupedNumber(row.lost)}</StateBadge>
          </span>
        ),
    },
  ];
  return (
    <Card
      title={words.title}
      flush={instances.length > 0}
      aside={count > instances.length ? words.shown(instances.length, groupedNumber(count)) : null}
    >
      {instances.length === 0 ? (
        <p className="muted">{words.empty[verifier.checkWay]}</p>
      ) : (
        <PlainTable name={words.title} rows={instances} keyOf={(row) => row.id} columns={columns} />
      )}
    </Card>
  );
}

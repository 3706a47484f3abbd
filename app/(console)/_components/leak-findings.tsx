import { Group } from "@mantine/core";
import Link from "next/link";
import { StateBadge } from "#components/display/state-badge.tsx";
import { visibleText } from "#lib/input/visible-text.ts";
import {
  FINDING_KIND_WORDS,
  FINDING_OUTCOME_WORDS,
  type LeakFindingRow,
  type LeakReportRow,
  ownerHref,
} from "#lib/scanners/model.ts";

/** Findings of one report that are shown; a case shows all of its tokens anyway. */
const SHOWN = 5;

function hrefOf({ kind, tokenId, clientId, ownerId }: LeakFindingRow): string {
  switch (kind) {
    case "token":
    case "altered":
      return `/tokens/${tokenId}`;
    case "client_secret":
      return `/clients/${clientId}`;
    default:
      return ownerHref(kind, ownerId ?? "");
  }
}

function Outcome({ finding }: { finding: LeakFindingRow }) {
  const { outcome, orderId } = finding;
  const badge =
    outcome === "revoked" || outcome === "suspended" ? (
      <StateBadge state={outcome} />
    ) : (
      <span className="muted">{FINDING_OUTCOME_WORDS[outcome]}</span>
    );
  return orderId === null ? (
    badge
  ) : (
    <>
      {badge}
      <Link prefetch={false} href={`/orders/${orderId}`}>
        Order
      </Link>
    </>
  );
}

/** What of ours a report holds, where it was found, and what was done. Its addresses are a stranger's words: text, never links. */
export function LeakFindings({ report }: { report: Pick<LeakReportRow, "findings"> }) {
  const { findings } = report;
  return (
    <>
      {findings.slice(0, SHOWN).map((finding, index) => (
        // a report may hold one value at several places
        // biome-ignore lint/suspicious/noArrayIndexKey: findings have their place in the report and nothing else
        <div key={index}>
          <Group gap="2px 8px">
            <Link prefetch={false} href={hrefOf(finding)}>
              {visibleText(finding.name)}
            </Link>
            {finding.kind === "token" || finding.ownerId !== null ? null : (
              <span className="muted">{FINDING_KIND_WORDS[finding.kind].toLowerCase()}</span>
            )}
            <Outcome finding={finding} />
          </Group>
          <div className="muted mono">{visibleText(finding.url ?? finding.source ?? "")}</div>
        </div>
      ))}
      {findings.length > SHOWN ? <div className="muted">and {findings.length - SHOWN} more</div> : null}
    </>
  );
}

import { Group } from "@mantine/core";
import Link from "next/link";
import { StateBadge } from "#components/display/state-badge.tsx";
import { visibleText } from "#lib/input/visible-text.ts";
import {
  FINDING_KIND_WORDS,
  FINDING_OUTCOME_WORDS,
  type LeakFindingRow,
  type LeakReportRow,
  type OwnSecretKind,
} from "#lib/scanners/model.ts";
import { OwnerLink } from "./owner-link.tsx";

/** Findings of one report that are shown; a case shows all of its tokens anyway. */
const SHOWN = 5;

/** What was found, with the page of it where the reader sees that. */
function Found({ finding, sees }: { finding: LeakFindingRow; sees: readonly OwnSecretKind[] }) {
  const { kind, tokenId, clientId, ownerId } = finding;
  const name = visibleText(finding.name);
  switch (kind) {
    case "token":
    case "altered":
    case "client_secret":
      return (
        <Link
          prefetch={false}
          href={kind === "client_secret" ? `/clients/${clientId}` : `/tokens/${tokenId}`}
        >
          {name}
        </Link>
      );
    default:
      return (
        <OwnerLink kind={kind} ownerId={ownerId ?? ""} sees={sees}>
          {name}
        </OwnerLink>
      );
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
export function LeakFindings({
  report,
  sees,
}: {
  report: Pick<LeakReportRow, "findings">;
  sees: readonly OwnSecretKind[];
}) {
  const { findings } = report;
  return (
    <>
      {findings.slice(0, SHOWN).map((finding, index) => (
        // a report may hold one value at several places
        // biome-ignore lint/suspicious/noArrayIndexKey: findings have their place in the report and nothing else
        <div key={index}>
          <Group gap="2px 8px">
            <Found finding={finding} sees={sees} />
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

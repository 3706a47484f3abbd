import Link from "next/link";
import { TimeBars } from "#components/charts/time-bars.tsx";
import { Card } from "#components/display/card.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { refusalWords } from "#lib/audit/use-words.ts";
import type { LostUses } from "#lib/reports/sum-lost-uses.ts";
import type { VerifierUses as Uses, VerifierDetail } from "#lib/verifiers/model.ts";
import { useWords as words } from "./words.ts";

/** Why it refused, the most frequent reason first, each a link to those uses. */
function Reasons({ verifier, refusals }: { verifier: VerifierDetail; refusals: Uses["refusals"] }) {
  const reasons = Object.entries(refusals).toSorted(([, one], [, other]) => other - one);
  if (reasons.length === 0) return null;
  return (
    <ul aria-label={words.reasons} style={{ marginBottom: 12, padding: 0, listStyle: "none" }}>
      {reasons.map(([reason, count]) => (
        <li key={reason}>
          <b>{groupedNumber(count)}</b>{" "}
          <Link
            prefetch={false}
            href={`/audit?verifier=${encodeURIComponent(verifier.name)}&refusal=${encodeURIComponent(reason)}&at=within:24h`}
          >
            {refusalWords(reason)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** What it let in and refused, hour by hour, and reports that it lost: gaps in what is known. */
export function VerifierUses({
  verifier,
  uses,
  gaps,
}: {
  verifier: VerifierDetail;
  /** Null where they cannot be counted in time. */
  uses: Uses | null;
  /** Uses of these hours that it lost; null for who may not read the log. */
  gaps: LostUses | null;
}) {
  const lost = gaps?.lost ?? 0;
  return (
    <Card
      title={words.title}
      aside={
        <Link prefetch={false} href={`/audit?verifier=${encodeURIComponent(verifier.name)}`}>
          {words.all}
        </Link>
      }
    >
      {uses === null ? (
        <p className="muted">{words.uncounted}</p>
      ) : (
        <>
          <p style={{ marginBottom: 8 }}>
            <b>{groupedNumber(uses.allowed)}</b> {words.allowed}, <b>{groupedNumber(uses.refused)}</b>{" "}
            {words.refused}
          </p>
          <Reasons verifier={verifier} refusals={uses.refusals} />
          <TimeBars
            title={words.perHour}
            series={[
              { name: words.allowed, tone: "active" },
              { name: words.refused, tone: "revoked" },
              ...(lost > 0 ? [{ name: words.lostSeries, tone: "suspended" as const }] : []),
            ]}
            stepSeconds={3_600}
            points={uses.hours.map(({ at, allowed, refused }) => ({
              at,
              values: lost > 0 ? [allowed, refused, gaps?.byHour[at] ?? 0] : [allowed, refused],
            }))}
          />
        </>
      )}
      {lost > 0 ? (
        <p role="note" style={{ marginTop: 8, color: "var(--tw-revoked)" }}>
          {words.lost(groupedNumber(lost), lost)}
        </p>
      ) : null}
    </Card>
  );
}

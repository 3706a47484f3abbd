import Link from "next/link";
import { TimeBars } from "#components/charts/time-bars.tsx";
import { Card } from "#components/display/card.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import type { ReportGapRow } from "#lib/reports/model.ts";
import type { VerifierUses as Uses, VerifierDetail } from "#lib/verifiers/model.ts";
import { useWords as words } from "./words.ts";

const HOUR_MS = 3_600_000;

/** Lost reports of the hour that begins at an instant. */
function lostIn(gaps: readonly ReportGapRow[], at: string): number {
  const from = Date.parse(at);
  return gaps
    .filter(({ minute }) => Date.parse(minute) >= from && Date.parse(minute) < from + HOUR_MS)
    .reduce((sum, gap) => sum + gap.lost, 0);
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
  /** Minutes of these hours in which it told that it had lost reports; null for who may not read the log. */
  gaps: ReportGapRow[] | null;
}) {
  const lost = (gaps ?? []).reduce((sum, gap) => sum + gap.lost, 0);
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
              values: lost > 0 ? [allowed, refused, lostIn(gaps ?? [], at)] : [allowed, refused],
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

import Link from "next/link";
import { TimeBars } from "#components/charts/time-bars.tsx";
import { Card } from "#components/display/card.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import type { LostUses } from "#lib/reports/sum-lost-uses.ts";
import type { VerifierUses as Uses, VerifierDetail } from "#lib/verifiers/model.ts";
import { useWords as words } from "./words.ts";

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

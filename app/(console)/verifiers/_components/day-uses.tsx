import { groupedNumber } from "#components/display/number-text.tsx";
import type { VerifierListRow } from "#lib/verifiers/model.ts";
import { verifierWords as words } from "./words.ts";

/** What a verifier let in and refused in the last 24 hours. */
export function DayUses({ row }: { row: VerifierListRow }) {
  if (row.uses === null) return <span title={words.usesUncounted}>?</span>;
  const { allowed, refused } = row.uses;
  if (allowed + refused === 0) return <span className="faint">none</span>;
  return (
    <span title={words.usesMeans(groupedNumber(allowed), groupedNumber(refused))}>
      {groupedNumber(allowed + refused)}
      {refused > 0 ? <span className="faint"> · {groupedNumber(refused)} ref.</span> : null}
    </span>
  );
}

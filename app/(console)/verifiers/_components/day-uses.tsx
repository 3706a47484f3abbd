import { groupedNumber } from "#components/display/number-text.tsx";
import type { VerifierListRow } from "#lib/verifiers/model.ts";
import { verifierWords as words } from "./words.ts";

function Counted({ uses }: { uses: { allowed: number; refused: number } }) {
  const { allowed, refused } = uses;
  if (allowed + refused === 0) return <span className="faint">none</span>;
  return (
    <span title={words.usesMeans(groupedNumber(allowed), groupedNumber(refused))}>
      {groupedNumber(allowed + refused)}
      {refused > 0 ? <span className="faint"> · {groupedNumber(refused)} ref.</span> : null}
    </span>
  );
}

/** What a verifier let in and refused in the last 24 hours, and what it lost of that. */
export function DayUses({ row }: { row: VerifierListRow }) {
  return (
    <>
      {row.uses === null ? <span title={words.usesUncounted}>?</span> : <Counted uses={row.uses} />}
      {row.lost > 0 ? (
        <span style={{ color: "var(--tw-revoked)" }} title={words.lostMeans(groupedNumber(row.lost))}>
          {" "}
          · {groupedNumber(row.lost)} lost
        </span>
      ) : null}
    </>
  );
}

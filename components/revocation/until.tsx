"use client";

import type { Remaining, RevocationResult } from "#lib/revocations/model.ts";
import { Instant } from "../display/instant.tsx";

/** Who refuses, and until when the last token can be accepted by what asks nobody. */
export function Refusal({ refusal }: { refusal: RevocationResult["refusedEverywhere"] }) {
  return (
    <span>
      {refusal.says}{" "}
      <Until at={refusal.at} words={refusal.isExact ? "Last expiry:" : "Last expiry, at the latest:"} />
    </span>
  );
}

const UNTIL_WORDS: Partial<Record<Remaining["kind"], string>> = {
  user_sessions: "At the latest until:",
  refresh_token: "With renewals at the latest until:",
  user_tokens: "Last expiry unless renewed:",
};

/** Something that still works, and until when. */
export function StillWorks({ remaining }: { remaining: Remaining }) {
  return (
    <>
      {remaining.says} <Until at={remaining.until} words={UNTIL_WORDS[remaining.kind] ?? "Until:"} />
    </>
  );
}

/** An instant is told here as everywhere else. */
function Until({ at, words }: { at: string | null; words: string }) {
  if (at === null) return null;
  return (
    <>
      {words} <Instant at={at} show="exact" focusable />
    </>
  );
}

import type { JourneyRow } from "#lib/propagation/model.ts";

/** Whether a suspension was over before a verifier was known to refuse. */
export function outlasted({ until }: Pick<JourneyRow, "until">, endedAt: string): boolean {
  return until === null || until >= endedAt;
}

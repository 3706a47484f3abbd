import type { WhyUnproved } from "./record-proofs.ts";

const WORDS: Record<WhyUnproved, string> = {
  unsealed: "newer than the newest seal of its writer was",
  unsigned: "newer than the newest checkpoint was",
  before: "from before there were seals",
  costly: "among too many others to hash, or to the next checkpoint",
  gone: "left the log, or what it is proved by did, while the proof was made",
  erased: "erased on request, and from before rows had two parts, so that nothing proves what is left of it",
  altered: "among rows of the log that were not what was sealed",
};

/** Of records without a proof, how many for which reason: in words, the most first. */
export function unprovedWords(whys: readonly WhyUnproved[]): string {
  const counts = new Map<WhyUnproved, number>();
  for (const why of whys) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([why, count]) => `${count.toLocaleString("en")} ${WORDS[why]}`)
    .join("; ");
}

import type { z } from "zod";
import type { recordProofs, WhyUnproved } from "../seals/record-proofs.ts";
import { ADMIN_CHAIN } from "../seals/seal.ts";
import type { VerifiedProofs } from "../seals/verify-record-proofs.ts";
import type { EvidencePack } from "./evidence.ts";
import { isSameAct, isSameUse } from "./is-same-record.ts";

/** A writer that lives has sealed a use by then, as the verification of the log has it too. */
const SEALED_WITHIN_MS = 10 * 60_000;

export type VerifiedRecords = {
  uses: { proved: number; of: number };
  acts: { proved: number; of: number };
  /** Of each record that is not proved and is no fault: why, as the product said; null of packs from before it said so. */
  claimed: (WhyUnproved | null)[];
  faults: string[];
};

type Why = WhyUnproved | undefined;
type Proved = Pick<VerifiedProofs, "uses" | "acts" | "checkpoints">;

/** What speaks against the reason for which a record has no proof; null for nothing. */
type Against = (why: WhyUnproved) => string | null;

/** What there is to say of a record without a proof. */
function claim(
  what: string,
  why: Why,
  { isSaid, against }: { isSaid: boolean; against: Against },
): { why: WhyUnproved | null } | { fault: string } {
  if (why === undefined)
    return isSaid ? { fault: `${what} has no proof, and nothing says why` } : { why: null };
  if (why === "altered")
    return {
      fault: `${what} stood among rows of the log that were not what was sealed, when the pack was made`,
    };
  const speaks = against(why);
  return speaks === null ? { why } : { fault: `${what} has no proof, and ${speaks}` };
}

/**
 * Holds what a pack shows of uses and acts against what is proved of them, and each that is not proved against the reason that it gives.
 *
 * @param options.leaving checkpoints over the act by which the pack left.
 */
export function verifyRecords(
  { uses, acts }: Pick<EvidencePack, "uses" | "acts">,
  { unproved }: Pick<z.output<typeof recordProofs>, "unproved">,
  { proofs, leaving }: { proofs: Proved; leaving: VerifiedProofs["checkpoints"] },
): VerifiedRecords {
  const found: VerifiedRecords = {
    uses: { proved: 0, of: uses.rows.length },
    acts: { proved: 0, of: acts.length },
    claimed: [],
    faults: [],
  };
  const isSaid = unproved !== undefined;
  const note = (said: ReturnType<typeof claim>) => {
    if ("fault" in said) found.faults.push(said.fault);
    else found.claimed.push(said.why);
  };
  // acts that came under a checkpoint only while the pack left were under none when it was made
  const head = headOf(proofs.checkpoints);
  const { first, last } = spanOf([...proofs.checkpoints, ...leaving]);
  const whyOfUse = new Map(unproved?.uses.map(({ id, why }) => [id, why]));
  for (const use of uses.rows) {
    const proved = proofs.uses.get(use.id);
    const what = `use ${use.id}`;
    if (proved !== undefined) {
      if (isSameUse(use, proved)) found.uses.proved += 1;
      else found.faults.push(`${what} is not what was sealed`);
      continue;
    }
    const receivedAt = Date.parse(use.receivedAt);
    const against: Against = (why) => {
      if ((why === "unsealed" || why === "unsigned") && receivedAt < last - SEALED_WITHIN_MS)
        return "checkpoints were signed more than ten minutes after it";
      return why === "before" && receivedAt >= first ? "there were seals by then" : null;
    };
    note(claim(what, whyOfUse.get(use.id), { isSaid, against }));
  }
  const whyOfAct = new Map(unproved?.acts.map(({ sequence, why }) => [sequence, why]));
  for (const act of acts) {
    const proved = proofs.acts.get(act.id);
    const what = `act ${act.sequence}`;
    if (proved !== undefined) {
      if (isSameAct(act, proved)) found.acts.proved += 1;
      else found.faults.push(`${what} is not what was sealed`);
      continue;
    }
    const against: Against = (why) => {
      if (why === "unsealed") return "an act is chained as it is written: none is ever unsealed";
      if (why === "unsigned" && BigInt(act.sequence) <= head) return `act ${head} is under a checkpoint`;
      return why === "before" && Date.parse(act.at) >= first ? "there were seals by then" : null;
    };
    note(claim(what, whyOfAct.get(act.sequence), { isSaid, against }));
  }
  return found;
}

/** When the first and the last of some checkpoints were signed. */
function spanOf(checkpoints: VerifiedProofs["checkpoints"]): { first: number; last: number } {
  const times = checkpoints.map(({ at }) => at.getTime());
  return {
    first: Math.min(...times, Number.POSITIVE_INFINITY),
    last: Math.max(...times, Number.NEGATIVE_INFINITY),
  };
}

/** The newest act that one of them covers. */
function headOf(checkpoints: VerifiedProofs["checkpoints"]): bigint {
  let newest = 0n;
  for (const { chain, sequence } of checkpoints.flatMap(({ heads }) => heads))
    if (chain === ADMIN_CHAIN && sequence > newest) newest = sequence;
  return newest;
}

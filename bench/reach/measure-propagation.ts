import { setTimeout as wait } from "node:timers/promises";
import { percentile } from "#bench/report/percentile.ts";
import type { Fleet } from "./verifier-fleet.ts";

/** Milliseconds from the click to refusals, over all verifiers and rounds. */
export type PropagationReport = {
  refusals: number;
  medianMs: number;
  p99Ms: number;
  worstMs: number;
  /** From the click to the console's answer, the median of the rounds. */
  answeredMedianMs: number;
  /** Refusals for another reason than the revocation, by code: none is to be there. */
  others: Record<string, number>;
};

export type Revoking = {
  issue(): Promise<{ value: string; id: string }>;
  /** What the button does: the request, and its answer. */
  revoke(tokenId: string): Promise<void>;
};

const now = () => performance.timeOrigin + performance.now();

/**
 * Revokes one token after another while all verifiers are connected and have accepted it, and takes the time from the request that the button
 * sends until each verifier has refused the token.
 */
export async function measurePropagation(
  fleet: Fleet,
  { issue, revoke }: Revoking,
  rounds: number,
): Promise<PropagationReport> {
  const took: number[] = [];
  const answered: number[] = [];
  const others: Record<string, number> = {};
  for (let round = 0; round < rounds; round += 1) {
    const token = await issue();
    await fleet.watch(token.value);
    // not in step with any heartbeat
    await wait(100 + Math.random() * 500);
    const refusals = fleet.refusals();
    const clickedAt = now();
    await revoke(token.id);
    answered.push(now() - clickedAt);
    const refused = await refusals;
    for (const at of refused.at) took.push(at - clickedAt);
    for (const [code, count] of Object.entries(refused.others)) others[code] = (others[code] ?? 0) + count;
  }
  return {
    refusals: took.length,
    medianMs: percentile(took, 0.5),
    p99Ms: percentile(took, 0.99),
    worstMs: Math.max(...took),
    answeredMedianMs: percentile(answered, 0.5),
    others,
  };
}

import type { TokenUseRow } from "./use-writer.ts";

/** What of a use is counted. */
export type CountedUse = Pick<TokenUseRow, "tokenId" | "refusal" | "at" | "ip">;

/** What uses add to a token's row of `token_usage`, named as its columns are. */
export type UsageDelta = {
  token_id: string;
  last_used_at: Date | null;
  uses: number;
  refusals: number;
  last_ip: string | null;
};

/** Uses gathered by token, in the order of their ids: two writers never wait for each other's rows. */
export function usageDeltas(rows: Iterable<CountedUse>): UsageDelta[] {
  const deltas = new Map<string, UsageDelta>();
  /** Reports come in any order: the last address is that of the last attempt, not of the last report. */
  const seenAt = new Map<string, Date>();
  for (const { tokenId, refusal, at, ip } of rows) {
    let delta = deltas.get(tokenId);
    if (delta === undefined) {
      delta = { token_id: tokenId, last_used_at: null, uses: 0, refusals: 0, last_ip: null };
      deltas.set(tokenId, delta);
    }
    if (refusal === null) {
      delta.uses += 1;
      if (delta.last_used_at === null || at > delta.last_used_at) delta.last_used_at = at;
    } else delta.refusals += 1;
    const before = seenAt.get(tokenId);
    if (ip === null || (before !== undefined && at < before)) continue;
    seenAt.set(tokenId, at);
    delta.last_ip = ip;
  }
  return [...deltas.values()].sort((one, other) => (one.token_id < other.token_id ? -1 : 1));
}

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

/** `seenAt`: when the last attempt with an address was. Reports come in any order, and the last one need not be of the latest. */
type Tally = Omit<UsageDelta, "token_id"> & { seenAt: Date | null };

/** Uses counted by token: as many entries as there were tokens, however often each was used. */
export class UsageDeltas {
  readonly #byToken = new Map<string, Tally>();

  add({ tokenId, refusal, at, ip }: CountedUse): void {
    const isUse = refusal === null;
    const tally = this.#of(tokenId);
    tally.uses += isUse ? 1 : 0;
    tally.refusals += isUse ? 0 : 1;
    if (isUse) usedAt(tally, at);
    if (ip !== null) seenFrom(tally, at, ip);
  }

  addAll(others: UsageDeltas): void {
    for (const [tokenId, { uses, refusals, last_used_at: at, seenAt, last_ip: ip }] of others.#byToken) {
      const tally = this.#of(tokenId);
      tally.uses += uses;
      tally.refusals += refusals;
      if (at !== null) usedAt(tally, at);
      if (seenAt !== null && ip !== null) seenFrom(tally, seenAt, ip);
    }
  }

  #of(tokenId: string): Tally {
    let tally = this.#byToken.get(tokenId);
    if (tally === undefined) {
      tally = { last_used_at: null, uses: 0, refusals: 0, last_ip: null, seenAt: null };
      this.#byToken.set(tokenId, tally);
    }
    return tally;
  }

  /** In the order of the tokens' ids: two writers never wait for each other's rows. */
  list(): UsageDelta[] {
    return [...this.#byToken]
      .map(([token_id, { last_used_at, uses, refusals, last_ip }]) => ({
        token_id,
        last_used_at,
        uses,
        refusals,
        last_ip,
      }))
      .sort((one, other) => (one.token_id < other.token_id ? -1 : 1));
  }
}

function usedAt(tally: Tally, at: Date): void {
  if (tally.last_used_at === null || at > tally.last_used_at) tally.last_used_at = at;
}

function seenFrom(tally: Tally, at: Date, ip: string): void {
  if (tally.seenAt !== null && at < tally.seenAt) return;
  tally.seenAt = at;
  tally.last_ip = ip;
}

import { writeUuid } from "../db/binary-arrays.ts";
import type { FindPurgedWeek } from "../verification/purged-weeks.ts";
import type { RegisterEntry, RegisteredToken } from "../verification/registered-token.ts";
import { TokenStore } from "../verification/token-store.ts";

/** What expired longer ago than this may have left the register: it is looked up each time. */
const KEPT_EXPIRED_MS = 86_400_000;

const KEY_BYTES = 32;
const UUID_BYTES = 16;
const TAIL_BYTES = 4;

/** The token that a report names: of the register, of a week that has left it, or nobody's. */
export type ReportedToken =
  | { token: RegisteredToken }
  | {
      token: null;
      unknown: "purged" | "unknown";
    };

export type ReportedTokenOptions = {
  find(id: string): Promise<RegisterEntry | null>;
  findPurgedWeek: FindPurgedWeek;
  /** Tokens kept in memory at most. */
  maxCached?: number;
};

/**
 * The store goes by hashes, and by how they begin. An id begins with its time, which is nearly the same for all, and ends with what is random: that is put first.
 */
function writeKey(key: Buffer, id: string): Buffer {
  writeUuid(key, TAIL_BYTES, id);
  key.copyWithin(0, UUID_BYTES, UUID_BYTES + TAIL_BYTES);
  return key;
}

const asked = Buffer.alloc(KEY_BYTES);

/**
 * Finds tokens by their ids, which is all that a report has of them. The newest ones are kept in memory, once there are reports at all: what the register says
 * of a token never changes.
 */
export function createReportedTokenFinder({
  find,
  findPurgedWeek,
  maxCached = 50_000,
}: ReportedTokenOptions): (id: string) => ReportedToken | Promise<ReportedToken> {
  let cache: TokenStore | null = null;

  async function lookUp(id: string): Promise<ReportedToken> {
    const entry = await find(id);
    if (entry === null)
      return { token: null, unknown: (await findPurgedWeek(id)) === null ? "unknown" : "purged" };
    cache ??= new TokenStore(maxCached);
    cache.add(writeKey(Buffer.alloc(KEY_BYTES), id), entry.token);
    return { token: entry.token };
  }

  return (id) => {
    const held = cache?.find(writeKey(asked, id)) ?? null;
    return held !== null && held.expiresAtMs + KEPT_EXPIRED_MS >= Date.now() ? { token: held } : lookUp(id);
  };
}

import type { RefusalCode } from "./errors.ts";
import type { FeedIntake } from "./feed-intake.ts";
import type { Introspection, Use } from "./introspection.ts";
import type { KeySet } from "./key-set.ts";
import type { LastWord } from "./last-word.ts";
import type { Settings } from "./options.ts";
import type { StatusLists } from "./status-lists.ts";
import { subjectOf, type VerifiedToken } from "./verified-token.ts";

/** What is known of a token whose signature is good. `isStale`: what is known is older than is allowed. */
export type Word = { refusal: { code: RefusalCode; message: string } | null; isStale: boolean };

const no = (code: RefusalCode, message: string): Word => ({ refusal: { code, message }, isStale: false });
const REVOKED = no("revoked", "The token is revoked.");
const SUSPENDED = no("suspended", "The token is suspended.");
const CLIENT_DISABLED = no("client_disabled", "Its client is disabled.");
const INACTIVE = no("inactive", "The authority says that the token is not good.");
const FRESH: Word = { refusal: null, isStale: false };
const STALE: Word = { refusal: null, isStale: true };

export type RevocationCheckOptions = {
  settings: Settings;
  intake: FeedIntake;
  word: LastWord;
  lists: StatusLists;
  introspection: Introspection;
  keys: KeySet;
  maxStalenessMs(): number;
  /** False before the feed has told what the console says: its bound may be the shorter one. */
  isBoundKnown(): boolean;
};

/** Whether a token was taken back, by the way that the settings name. */
export function createRevocationCheck(options: RevocationCheckOptions) {
  const { settings, intake, word, lists, introspection, keys, maxStalenessMs, isBoundKnown } = options;

  /** Keys that a compromised one may have left meanwhile. */
  const areKeysOld = () => keys.ageMs > settings.keysMaxAgeMs + maxStalenessMs();

  function byFeed(token: VerifiedToken, signingKey: string): Word {
    const { book } = intake;
    if (book !== null) {
      const standing = book.standing(subjectOf(token, signingKey), Date.now());
      // bad news does not age
      if (standing === "revoked") return REVOKED;
      if (standing === "suspended") return SUSPENDED;
      if (book.isClientDisabled(token.clientId)) return CLIENT_DISABLED;
    }
    return isFeedStale() ? STALE : FRESH;
  }

  function isFeedStale(): boolean {
    return (
      intake.book === null ||
      intake.isBack ||
      !isBoundKnown() ||
      word.ageMs > maxStalenessMs() ||
      areKeysOld()
    );
  }

  async function byStatusList(token: VerifiedToken): Promise<Word> {
    const entry = (token.claims.status as { status_list?: { idx?: unknown; uri?: unknown } } | undefined)
      ?.status_list;
    if (typeof entry?.uri !== "string" || !Number.isSafeInteger(entry.idx) || (entry.idx as number) < 0)
      return no("status_missing", "The token names no status list.");
    const found = await lists.find(entry.uri, entry.idx as number);
    if (found === null) return STALE;
    if (found.status === "invalid") return REVOKED;
    if (found.status === "suspended") return SUSPENDED;
    return found.ageMs > maxStalenessMs() || areKeysOld() ? STALE : FRESH;
  }

  return {
    async about(value: string, token: VerifiedToken, signingKey: string, use: Use): Promise<Word> {
      switch (settings.revocation) {
        case "feed":
          return byFeed(token, signingKey);
        case "status-list":
          return byStatusList(token);
        case "introspection":
          return (await introspection.ask(value, use)) === null ? INACTIVE : FRESH;
        case "none":
          return areKeysOld() ? STALE : FRESH;
        default:
          return settings.revocation satisfies never;
      }
    },

    /** Whether tokens are judged by old news now, and how old it is in milliseconds; null where there is none or none is needed. */
    state(): { isStale: boolean; ageMs: number | null } {
      const finite = (ms: number) => (Number.isFinite(ms) ? ms : null);
      if (settings.revocation === "feed") return { isStale: isFeedStale(), ageMs: finite(word.ageMs) };
      if (settings.revocation === "status-list")
        return { isStale: lists.ageMs > maxStalenessMs() || areKeysOld(), ageMs: lists.ageMs || null };
      return { isStale: settings.revocation === "none" && areKeysOld(), ageMs: null };
    },
  };
}

export type RevocationCheck = ReturnType<typeof createRevocationCheck>;

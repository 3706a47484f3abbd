import { fromWords, timesWords } from "../evidence-words.ts";
import type { Finding, Rule } from "../rule.ts";

/** A verifier's word alone: its report has the id of a token and no signature, so it proves nothing about a key. Told once a minute and verifier. */
export const forgeryReported: Rule = {
  means:
    "A verifier says that it accepted a token that nobody was given. Its report holds no signature: it is wrong, or was deceived, or somebody else signs with a key of ours.",
  severity: "high",
  thresholds: {},
  takesCountries: false,
  canMute: false,
  judge(event): Finding | null {
    if (event.kind !== "act" || event.act !== "token.forgery_reported") return null;
    return {
      subject: { kind: "verifier", id: event.target.id },
      facts: { how: "accepted", ip: event.ip, entryId: event.id, tokenId: event.tokenId },
    };
  },
  says: (facts, { count }) =>
    `A verifier says that it accepted a token that was never registered${fromWords(facts)}, told ${timesWords(count)}. No authority has seen that token's signature: check the verifier first, its configuration and who holds its secret. If it did hold a good signature, somebody has a key of ours: put another key in force then.`,
};

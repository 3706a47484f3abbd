import { fromWords, timesWords } from "../evidence-words.ts";
import type { Finding, Rule } from "../rule.ts";

/** Attempts are told once a minute and key, or verifier. */
export const forgery: Rule = {
  means:
    "A good signature stands over a token that nobody was given: somebody else signs with a key of ours.",
  severity: "critical",
  thresholds: {},
  takesCountries: false,
  canMute: false,
  judge(event): Finding | null {
    if (event.kind !== "act") return null;
    if (event.act === "token.forgery_detected")
      return {
        subject: { kind: "signing_key", id: event.target.id },
        facts: { how: "refused", ip: event.ip, entryId: event.id },
      };
    if (event.act === "token.forgery_reported")
      return {
        subject: { kind: "verifier", id: event.target.id },
        facts: { how: "accepted", ip: event.ip, entryId: event.id, tokenId: event.tokenId },
      };
    return null;
  },
  says: (facts, { count }) =>
    facts.how === "accepted"
      ? `By its own report the verifier accepted a token that was never registered${fromWords(facts)}, told ${timesWords(count)}. Whoever made it has a key of ours: put another key in force.`
      : `A token with a good signature of this key that was never registered was presented${fromWords(facts)} and refused, told ${timesWords(count)}. Whoever made it has the key: put another one in force.`,
};

import { fromWords, timesWords } from "../evidence-words.ts";
import type { Finding, Rule } from "../rule.ts";
import { forgeryReported } from "./forgery-reported.ts";

/** What our own authorities saw: they hold the signature against the key. Attempts are told once a minute and key. */
export const forgery: Rule = {
  means:
    "A good signature stands over a token that nobody was given: somebody else signs with a key of ours.",
  severity: "critical",
  thresholds: {},
  takesCountries: false,
  canMute: false,
  judge(event): Finding | null {
    if (event.kind !== "act" || event.act !== "token.forgery_detected") return null;
    return {
      subject: { kind: "signing_key", id: event.target.id },
      facts: { how: "refused", ip: event.ip, entryId: event.id },
    };
  },
  says: (facts, found) =>
    // found by an earlier version of the product
    facts.how === "accepted"
      ? forgeryReported.says(facts, found)
      : `A token with a good signature of this key that was never registered was presented${fromWords(facts)} and refused, told ${timesWords(found.count)}. Whoever made it has the key: put another one in force.`,
};

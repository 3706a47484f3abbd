import { fromWords, placeFacts, timesWords } from "../evidence-words.ts";
import type { Finding, Rule } from "../rule.ts";

const CODES: Readonly<Record<string, string>> = {
  "authorization_code.replayed": "authorization code",
  "device_code.replayed": "device code",
};

/** One of the two who had it is not who it was given to. @see RFC 9700 section 4.14.2 */
export const replay: Rule = {
  means: "A refresh token or code that was already used came a second time. Its family was ended.",
  severity: "high",
  thresholds: {},
  takesCountries: false,
  canMute: true,
  judge(event): Finding | null {
    if (event.kind === "use")
      return event.refusal === "replayed"
        ? {
            subject: { kind: "family", id: event.familyId },
            facts: { ...placeFacts(event), what: "refresh token" },
          }
        : null;
    const what = CODES[event.act];
    if (what === undefined || event.familyId === null) return null;
    return {
      subject: { kind: "family", id: event.familyId },
      facts: { what, ip: event.ip, entryId: event.id },
    };
  },
  says: (facts, { count }) =>
    `A used ${facts.what} came back ${timesWords(count)}${count > 1 ? ", last" : ""}${fromWords(facts)}. Two have it: everything of that sign-in was ended.`,
};

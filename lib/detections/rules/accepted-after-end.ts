import { fromWords, numberOf, placeFacts, requestWords, spanWords } from "../evidence-words.ts";
import type { Rule } from "../rule.ts";

/** Only a verifier that decides by itself can: authorities decide under every order. */
export const acceptedAfterEnd: Rule = {
  means: "A verifier that decides by itself accepted a token that was revoked or had expired.",
  severity: "high",
  thresholds: {
    toleranceSeconds: {
      label: "Later than its end by more than",
      unit: "seconds",
      min: 0,
      max: 3_600,
      default: 60,
    },
  },
  takesCountries: false,
  canMute: true,
  judge(event, _known, { values }) {
    if (event.kind !== "use" || event.outcome !== "allowed" || event.end === null) return null;
    const late = (event.at.getTime() - event.end.at.getTime()) / 1_000;
    if (late <= (values.toleranceSeconds ?? 0)) return null;
    return {
      subject: { kind: "token", id: event.tokenId },
      facts: { ...placeFacts(event), how: event.end.how, lateSeconds: Math.round(late) },
    };
  },
  says: (facts, { count }) =>
    `By its own report a verifier accepted it ${spanWords(numberOf(facts, "lateSeconds"))} after it ${facts.how === "revoked" ? "was revoked" : "had expired"}${fromWords(facts)}${requestWords(facts)}.${count > 1 ? ` It happened ${count.toLocaleString("en")} times.` : ""}`,
};

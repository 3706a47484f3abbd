import type { EndRefusal } from "#lib/tokens/model.ts";
import { fromWords, numberOf, placeFacts, requestWords, spanWords, timesWords } from "../evidence-words.ts";
import { SERIES_SECONDS, withTry } from "../memory.ts";
import type { ActEvent, Facts, Finding, Found, Known, Rule, Settings, UseEvent } from "../rule.ts";

/** Attempts of the last minutes that were refused for the same reason, this one among them: a client learns of it by the first. */
function judgeTries(
  event: UseEvent | ActEvent,
  { token }: Known,
  { values }: Settings,
  refusal: EndRefusal,
): Finding | null {
  if (event.kind !== "use" || event.refusal !== refusal) return null;
  const { count: tries, since } = withTry(token.tries[refusal], event.at);
  const { tries: least = 1 } = values;
  if (tries < least) return null;
  // the first that is told stands for those before it: what was found is what was tried
  const isFirst = tries === least;
  return {
    subject: { kind: "token", id: event.tokenId },
    facts: { ...placeFacts(event), tries },
    ...(isFirst && tries > 1 ? { count: tries, since, series: { refusal, since, uses: tries } } : {}),
  };
}

function triesWords(facts: Facts, when: string, { count }: Found): string {
  const from = `${fromWords(facts)}${requestWords(facts)}`;
  const tries = numberOf(facts, "tries");
  const inAll = count > tries ? `, ${timesWords(count)} in all` : "";
  return `Presented ${timesWords(tries)} within ${spanWords(SERIES_SECONDS)} ${when}, and refused${inAll}.${from === "" ? "" : ` Last${from}.`}`;
}

const WITHIN = spanWords(SERIES_SECONDS);

/** Whoever has a revoked token and is not its client does not know, and goes on. */
export const useAfterRevocation: Rule = {
  means: "A revoked token goes on being presented. It is refused, and somebody still has it.",
  severity: "high",
  thresholds: {
    tries: { label: `Attempts within ${WITHIN}`, unit: "tries", min: 1, max: 1_000, default: 3 },
  },
  takesCountries: false,
  canMute: true,
  judge: (event, known, settings) => judgeTries(event, known, settings, "revoked"),
  says: (facts, found) => triesWords(facts, "after it was revoked", found),
};

/** Who suspends a token wants to see whether anybody goes on. It can be restored, and then its client goes on too. */
export const useAfterSuspension: Rule = {
  means: "A suspended token goes on being presented. It is refused, and whoever has it tries again.",
  severity: "medium",
  thresholds: {
    tries: { label: `Attempts within ${WITHIN}`, unit: "tries", min: 1, max: 1_000, default: 3 },
  },
  takesCountries: false,
  canMute: true,
  judge: (event, known, settings) => judgeTries(event, known, settings, "suspended"),
  says: (facts, found) => triesWords(facts, "while it was suspended", found),
};

/** Clients try a token until it is refused and renew it then: only many attempts are unusual. */
export const useAfterExpiry: Rule = {
  means: "An expired token goes on being presented where a client would have renewed it.",
  severity: "low",
  thresholds: {
    tries: { label: `Attempts within ${WITHIN}`, unit: "tries", min: 2, max: 10_000, default: 30 },
  },
  takesCountries: false,
  canMute: true,
  judge: (event, known, settings) => judgeTries(event, known, settings, "expired"),
  says: (facts, found) => triesWords(facts, "after it had expired", found),
};

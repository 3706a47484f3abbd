import {
  countriesWords,
  fromWords,
  numberOf,
  ofNetworkWords,
  placeFacts,
  requestWords,
} from "../evidence-words.ts";
import { hashOf } from "../memory.ts";
import type { Rule } from "../rule.ts";

export const newCountry: Rule = {
  means: "A token was accepted from a country that it was neither issued nor used in before.",
  severity: "medium",
  thresholds: {},
  takesCountries: true,
  canMute: true,
  judge(event, { token }, { countries }) {
    if (event.kind !== "use" || event.outcome !== "allowed" || event.country === null) return null;
    // where no place is known the first is where it belongs
    if (token.countries.length === 0 || token.countries.includes(event.country)) return null;
    if (countries.includes(event.country)) return null;
    return {
      subject: { kind: "token", id: event.tokenId },
      facts: { ...placeFacts(event), before: token.countries.join(" ") },
    };
  },
  says: (facts) =>
    `Accepted${fromWords(facts)}${requestWords(facts)}. Before that it came from ${countriesWords(String(facts.before ?? ""))} only.`,
};

/** A phone changes its network often: only the number of them is unusual. */
export const newNetwork: Rule = {
  means: "A token was accepted from more networks than one holder has.",
  severity: "low",
  thresholds: {
    networks: { label: "Networks that are usual", unit: "networks", min: 1, max: 8, default: 4 },
  },
  takesCountries: false,
  canMute: true,
  judge(event, { token }, { values }) {
    if (event.kind !== "use" || event.outcome !== "allowed" || event.network === null) return null;
    const { networks: usual = 1 } = values;
    if (token.networks.length < usual || token.networks.includes(hashOf(event.network))) return null;
    return {
      subject: { kind: "token", id: event.tokenId },
      facts: { ...placeFacts(event), before: token.networks.length },
    };
  },
  says: (facts) =>
    `Accepted${fromWords(facts)}${requestWords(facts)}: ${ofNetworkWords(facts)} after ${numberOf(facts, "before") >= 8 ? "8 or more" : numberOf(facts, "before")} others.`,
};

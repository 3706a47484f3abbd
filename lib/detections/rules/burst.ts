import { fromWords, numberOf, placeFacts, requestWords } from "../evidence-words.ts";
import { isWarm, minuteOf, usesIn } from "../memory.ts";
import type { Rule } from "../rule.ts";

export const burst: Rule = {
  means: "A token is used far more often in a minute than tokens of its client are.",
  severity: "medium",
  thresholds: {
    uses: {
      label: "At least",
      unit: "uses a minute",
      min: 10,
      max: 1_000_000,
      default: 300,
    },
    times: { label: "And so many times the usual", unit: "times the usual", min: 2, max: 1_000, default: 10 },
  },
  takesCountries: false,
  canMute: true,
  judge(event, { token, client }, { values }) {
    if (event.kind !== "use" || !isWarm(client)) return null;
    const uses = usesIn(token, minuteOf(event.at)) + 1;
    const { uses: least = 1, times = 1 } = values;
    // told once a minute, with the use that reaches it
    if (uses !== Math.ceil(Math.max(least, times * client.usual))) return null;
    return {
      subject: { kind: "token", id: event.tokenId },
      // all of its minute up to this one
      series: { refusal: null, since: new Date(minuteOf(event.at) * 60_000), uses },
      facts: { ...placeFacts(event), uses, usual: Math.round(client.usual * 10) / 10 },
    };
  },
  says(facts, { count }) {
    const from = `${fromWords(facts)}${requestWords(facts)}`;
    return `Used ${numberOf(facts, "uses").toLocaleString("en")} times or more within a minute${count > 1 ? `, in ${count.toLocaleString("en")} minutes` : ""}; a token of its client is used ${numberOf(facts, "usual").toLocaleString("en")} times in one as a rule.${from === "" ? "" : ` Last${from}.`}`;
  },
};

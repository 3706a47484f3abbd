import type { Erased, ErasureReason } from "./model.ts";

/** What of erasures is said in more than one place; browser-safe. */
export const ERASURE_REASON_WORDS: Record<ErasureReason, string> = {
  user_request: "The person asked for it",
  policy: "A rule of the organisation",
  unspecified: "Another reason (say it)",
};

const count = (n: number, one: string, many = `${one}s`) =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** What was erased, in a sentence. */
export function erasedWords({ uses, tokens, acts, records, unproved }: Erased): string {
  const rest =
    unproved === 0
      ? ""
      : ` Of ${count(unproved, "row")} from before rows had two parts nothing proves what they still say.`;
  return `Erased: where from and what was called in ${count(uses, "use")} and ${count(tokens, "token")}, names and changes in ${count(acts, "act")}, ${count(records, "other record")}.${rest}`;
}

import { waitWords } from "../errors.ts";
import { PROVIDER_REFUSAL_WORDS, PROVIDER_REFUSALS } from "./model.ts";

/** What to do about a refusal that an address names; null for none. @param wait of one that came too often: seconds, as the address has them. */
export function providerRefusalWords(refused: unknown, wait: unknown): string | null {
  const refusal = PROVIDER_REFUSALS.find((one) => one === refused);
  if (refusal === undefined) return null;
  const seconds = typeof wait === "string" && /^\d{1,4}$/.test(wait) ? Number(wait) : 0;
  if (refusal === "TOO_MANY_ATTEMPTS" && seconds > 0)
    return `Too many attempts. Try again in ${waitWords(seconds)}.`;
  return PROVIDER_REFUSAL_WORDS[refusal];
}

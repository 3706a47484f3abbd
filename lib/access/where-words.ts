import { STEP_UP_KINDS, STEP_UP_WORDS } from "../step-up/model.ts";

/** A further condition names its kind as a field of the API does. */
const FURTHER = /^`([a-z-]+)` where (.*)$/;

function furtherWords(text: string): string {
  const [, named, where] = FURTHER.exec(text) ?? [];
  const kind = STEP_UP_KINDS.find((one) => one === named);
  return kind === undefined ? `where ${text}` : `where ${where} (${STEP_UP_WORDS[kind].name})`;
}

/** Whether somebody shows again who they are for each act of its own, and never for a while. Browser-safe. */
export function isEachTime(where: string | null): boolean {
  return where?.startsWith("each time") ?? false;
}

/** When somebody is asked again who they are, as a route declares it for its callers, as part of a sentence for people; empty where that is always. Browser-safe. */
export function whereWords(where: string | null): string {
  if (where === null) return "";
  const [first = "", ...further] = where.split("; ");
  const words = [first.startsWith("each ") ? first : `where ${first}`, ...further.map(furtherWords)];
  return words.join(", and ").replaceAll("`", "");
}

import { shortId } from "../tokens/model.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NAMED_BY_KIND = /^(?:(?:access |refresh )?token|family|session) /;

/**
 * How a target is told: what stands before its name, and the name. A name that says its kind by itself has nothing before it; a
 * bare id is shortened in the middle.
 *
 * @param words what the target's kind is called where this is shown.
 */
export function targetWords(words: string, name: string): { lead: string; name: string } {
  return { lead: NAMED_BY_KIND.test(name) ? "" : words, name: UUID.test(name) ? shortId(name) : name };
}

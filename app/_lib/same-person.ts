import { DRAWN_FOR_HEADER } from "#components/request/drawn-for.ts";
import type { Actor } from "#lib/context.ts";
import { RequestRefusal } from "./problem.ts";

/**
 * Refuses what is sent from a page that was drawn for somebody else: another person has signed in in that browser since, and would be on record for what they did not begin.
 *
 * @throws {RequestRefusal} 403 OTHER_PERSON
 */
export function requireSamePerson(headers: Headers, actor: Actor): void {
  const drawnFor = headers.get(DRAWN_FOR_HEADER);
  if (drawnFor === null || actor.kind !== "admin" || drawnFor === actor.id) return;
  throw new RequestRefusal(
    403,
    "OTHER_PERSON",
    `This page was drawn for somebody else: ${actor.name} is signed in in this browser by now. What stands here is not theirs to send.`,
  );
}

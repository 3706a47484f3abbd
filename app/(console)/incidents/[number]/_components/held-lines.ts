import {
  clientHeldWords,
  type IncidentDetail,
  type IncidentTokens,
  type OpenedBySecret,
  ownHeldWords,
} from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";

/** What of a case is refused only for now, a sentence each. */
export function heldLines(
  { ownSecrets }: Pick<IncidentDetail, "ownSecrets">,
  { states }: Pick<IncidentTokens, "states">,
  secrets: readonly Pick<OpenedBySecret, "name" | "isHeld">[],
): string[] {
  const suspended = states.suspended ?? 0;
  return [
    ...(suspended === 0 ? [] : [words.suspendedStill(suspended)]),
    ...secrets.filter(({ isHeld }) => isHeld).map(({ name }) => clientHeldWords(name)),
    ...ownSecrets.filter(({ isHeld }) => isHeld).map(ownHeldWords),
  ];
}

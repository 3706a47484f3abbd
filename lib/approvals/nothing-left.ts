import type { Pass } from "./pass.ts";

export const NOTHING_LEFT = "There is nothing left to do: what was asked for stands so already.";

/** Whether what was tried out would change nothing: it records nothing and says nothing, or only that it was asked for once more. */
export function doesNothing({ acts, says }: Pick<Pass, "acts" | "says">): boolean {
  if (acts.length === 0) return says.length === 0;
  return acts.every(({ act }) => act === "revocation.repeated");
}

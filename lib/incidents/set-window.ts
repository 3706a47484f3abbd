import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { IncidentRecord } from "./incident-row.ts";

/** From when on the tokens of a case are taken to have been in other hands, and who says so. */
export type Window = Pick<IncidentRecord, "compromisedFrom" | "isSuggested" | "compromisedWhy">;

/** @param field what the caller names it by. @throws {DomainError} INVALID_INPUT for one in the future */
export function requirePastWindow(
  now: Date,
  from: Date,
  field: "compromisedFrom" | "from" = "compromisedFrom",
): void {
  if (from <= now) return;
  throw new DomainError("INVALID_INPUT", "The window cannot begin in the future.", {
    fields: [{ path: field, message: "is in the future" }],
  });
}

/** A window that a person sets, with why. @throws {DomainError} INVALID_INPUT for one in the future */
export function setWindow(ctx: Pick<Context, "now" | "actor">, from: Date, why: string | undefined): Window {
  requirePastWindow(ctx.now, from);
  return {
    compromisedFrom: from,
    isSuggested: false,
    compromisedWhy: why === undefined || why === "" ? `Set by ${ctx.actor.name}.` : why,
  };
}

import { notFound } from "next/navigation";
import { DomainError } from "#lib/errors.ts";

/** Turns the domain's "not found" into the page's; everything else goes on. For `getX(…).catch(orNotFound)`. */
export function orNotFound(error: unknown): never {
  if (error instanceof DomainError && error.code === "NOT_FOUND") notFound();
  throw error;
}

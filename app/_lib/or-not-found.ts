import { notFound } from "next/navigation";
import { DomainError } from "#lib/errors.ts";

/** What a page asked for, or its "not found" page where it is absent or not for this person. */
export async function orNotFound<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DomainError && error.code === "NOT_FOUND") notFound();
    throw error;
  }
}

import type { Metadata } from "next";
import { DomainError } from "#lib/errors.ts";

/** The title of one thing's page: its name, or what such things are called where it is absent or not for this person. */
export async function titleOf(name: Promise<string>, otherwise: string): Promise<Metadata> {
  try {
    return { title: await name };
  } catch (error) {
    if (error instanceof DomainError) return { title: otherwise };
    throw error;
  }
}

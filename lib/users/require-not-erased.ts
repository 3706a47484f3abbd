import { DomainError } from "../errors.ts";
import type { UserDetail } from "./model.ts";

/** Refuses to change a user whose data was erased or is being erased. @throws {DomainError} ALREADY_ENDED */
export function requireNotErased({
  erasedAt,
  isBeingErased,
}: Pick<UserDetail, "erasedAt" | "isBeingErased">): void {
  if (erasedAt !== null || isBeingErased)
    throw new DomainError(
      "ALREADY_ENDED",
      erasedAt === null
        ? "The personal data of this user is being erased."
        : "The personal data of this user was erased.",
    );
}

import type { Context } from "../context.ts";
import type { RevocableKind, RevocationPreview } from "./model.ts";

/** What revoking a target would do, in counts and words. Needs `order:read`. @throws {DomainError} NOT_FOUND */
export async function previewRevocation(
  _ctx: Context,
  _target: { kind: RevocableKind; id: string },
): Promise<RevocationPreview> {
  throw new Error("soon");
}

import { can } from "../authz/require-permission.ts";
import type { Permission } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { OWN_SECRET_KINDS, type OwnSecretKind } from "./model.ts";

/** What the page wants of whose a secret of this product is. */
const WANTS: Record<OwnSecretKind, Permission> = {
  api_token: "api-token:read",
  verifier_secret: "verifier:read",
  scanner_secret: "incident:read",
};

/** Whose pages somebody may see, by the kinds of their secrets: what leaked is named in its case to all who read that, and leads on where it may. */
export function ownersSeenBy(ctx: Pick<Context, "actor" | "granted">): OwnSecretKind[] {
  return OWN_SECRET_KINDS.filter((kind) => can(ctx, WANTS[kind]));
}

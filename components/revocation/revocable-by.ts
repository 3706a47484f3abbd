import { type Permission, roleHas } from "#lib/authz/roles.ts";
import { REVOCABLE_KINDS, type RevocableKind } from "#lib/revocations/model.ts";

/** What a role may revoke. The interface hides nothing by it: what is not allowed is shown and says so. */
export type MayRevoke = Record<RevocableKind, boolean>;

export function revocableBy(role: string): MayRevoke {
  return Object.fromEntries(
    REVOCABLE_KINDS.map((kind) => [kind, roleHas(role, `${kind}:revoke` satisfies Permission)]),
  ) as MayRevoke;
}

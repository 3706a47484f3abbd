import { type Permission, roleHas } from "#lib/authz/roles.ts";
import { TARGET_KINDS, type TargetKind } from "#lib/revocations/model.ts";

/** What a role may revoke, suspend and restore. The interface hides nothing by it: what is not allowed is shown and says so. */
export type MayRevoke = Record<TargetKind, boolean>;

export function revocableBy(role: string): MayRevoke {
  const permission = (kind: TargetKind): Permission =>
    kind === "signing_key" ? "key:revoke" : `${kind}:revoke`;
  return Object.fromEntries(TARGET_KINDS.map((kind) => [kind, roleHas(role, permission(kind))])) as MayRevoke;
}

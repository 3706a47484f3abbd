import type { Permission } from "../authz/roles.ts";
import type { TargetKind } from "./model.ts";

/** What it takes to revoke, suspend or restore by a target of a kind, or to call such an order off. */
export function orderPermission(kind: TargetKind): Permission {
  return kind === "signing_key" ? "key:revoke" : `${kind}:revoke`;
}

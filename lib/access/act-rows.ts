import type { ApprovalPolicy, PolicyKind } from "../approvals/model.ts";
import { isGuarded } from "../approvals/read-policy.ts";
import { type Permission, ROLES, type Role, roleHas } from "../authz/roles.ts";
import type { ActRow, DeclaredAct, Obstacle } from "./model.ts";
import { OWN_AREA, PERMISSION_WORDS } from "./permission-words.ts";

export function rolesWith(permission: Permission | null): Role[] {
  return ROLES.filter((role) => permission === null || roleHas(role, permission));
}

/** Which rule of four eyes an act is under: that of what a person is asked again for, but for what is their own. */
function guardOf({ permission, stepUp, neverWaits }: DeclaredAct): PolicyKind | "policy" | null {
  if (permission === null || stepUp === null || neverWaits) return null;
  // one's own ways in are nobody else's business
  if (stepUp.kind === "own-factors") return null;
  if (stepUp.kind !== "approvals") return stepUp.kind;
  return permission === "approval-policy:write" ? "policy" : null;
}

/** What stands between the one who may and the act. */
function obstaclesOf(act: DeclaredAct, policy: ApprovalPolicy): Obstacle[] {
  const { permission, stepUp, shutsOut, isTyped } = act;
  const roles = rolesWith(permission);
  const guard = guardOf(act);
  return [
    ...(stepUp === null
      ? []
      : [{ kind: "step_up", of: stepUp.kind, where: stepUp.where, shutsOut } as const]),
    ...(guard !== null && isGuarded(policy, guard) ? [{ kind: "four_eyes", of: guard } as const] : []),
    ...(isTyped ? [{ kind: "typed" } as const] : []),
    ...(roles.length === 1 && roles[0] === "owner" ? [{ kind: "owner_only" } as const] : []),
  ];
}

export function actRowOf(act: DeclaredAct, policy: ApprovalPolicy): ActRow {
  const { id, method, path, summary, permission } = act;
  return {
    id,
    method,
    path,
    summary,
    permission,
    area: permission === null ? OWN_AREA : PERMISSION_WORDS[permission].area,
    roles: rolesWith(permission),
    obstacles: obstaclesOf(act, policy),
  };
}

/** Each once; of a step-up that is always asked for and one that depends, the first says more, and of one that only shuts out, the other. */
export function distinctObstacles(obstacles: readonly Obstacle[]): Obstacle[] {
  const keyOf = (one: Obstacle) => ("of" in one ? `${one.kind} ${one.of}` : one.kind);
  const found = new Map<string, Obstacle>();
  for (const one of obstacles) {
    const before = found.get(keyOf(one));
    if (before?.kind !== "step_up" || one.kind !== "step_up") found.set(keyOf(one), before ?? one);
    else
      found.set(keyOf(one), {
        ...(one.where === null ? one : before),
        shutsOut: one.shutsOut && before.shutsOut,
      });
  }
  return [...found.values()];
}

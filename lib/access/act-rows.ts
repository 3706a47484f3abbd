import { type Permission, ROLES, type Role, roleHas } from "../authz/roles.ts";
import type { ActRow, DeclaredAct, Obstacle } from "./model.ts";
import { OWN_AREA, PERMISSION_WORDS } from "./permission-words.ts";

export function rolesWith(permission: Permission | null): Role[] {
  return ROLES.filter((role) => permission === null || roleHas(role, permission));
}

/** What stands between the one who may and the act. */
export function obstaclesOf({ permission, stepUp, isTyped }: DeclaredAct): Obstacle[] {
  const roles = rolesWith(permission);
  return [
    ...(stepUp === null ? [] : [{ kind: "step_up", of: stepUp.kind, where: stepUp.where } as const]),
    ...(isTyped ? [{ kind: "typed" } as const] : []),
    ...(roles.length === 1 && roles[0] === "owner" ? [{ kind: "owner_only" } as const] : []),
  ];
}

export function actRowOf(act: DeclaredAct): ActRow {
  const { id, method, path, summary, permission } = act;
  return {
    id,
    method,
    path,
    summary,
    permission,
    area: permission === null ? OWN_AREA : PERMISSION_WORDS[permission].area,
    roles: rolesWith(permission),
    obstacles: obstaclesOf(act),
  };
}

/** Each once; of a step-up that is always asked for and one that depends, the first says more. */
export function distinctObstacles(obstacles: readonly Obstacle[]): Obstacle[] {
  const keyOf = (one: Obstacle) => (one.kind === "step_up" ? `step_up ${one.of}` : one.kind);
  const found = new Map<string, Obstacle>();
  for (const one of obstacles) {
    const before = found.get(keyOf(one));
    if (before === undefined || (one.kind === "step_up" && one.where === null)) found.set(keyOf(one), one);
  }
  return [...found.values()];
}

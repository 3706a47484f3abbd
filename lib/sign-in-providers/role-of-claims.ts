import type { Role } from "../authz/roles.ts";
import type { RoleRule } from "./model.ts";

type Claims = Readonly<Record<string, unknown>>;

/** A claim by its name; where there is none of that very name, the dots lead into objects: `realm_access.roles`. */
export function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let found: unknown = claims;
  for (const part of name.split(".")) {
    if (typeof found !== "object" || found === null || Array.isArray(found) || !Object.hasOwn(found, part))
      return undefined;
    found = (found as Claims)[part];
  }
  return found;
}

/** The texts that a claim has: itself, or those in its list. Anything else has none. */
function textsOf(claim: unknown): ReadonlySet<string> {
  const values = Array.isArray(claim) ? claim : [claim];
  return new Set(values.filter((value) => typeof value === "string"));
}

/**
 * The role that a person's claims give: of the first rule whose value they have, letter by letter; else the default. Null: they do not come in.
 */
export function roleOfClaims(
  claims: Claims,
  rules: { roleClaim: string; roleRules: readonly RoleRule[]; defaultRole: Role | null },
): Role | null {
  const values = textsOf(claimOf(claims, rules.roleClaim));
  return rules.roleRules.find(({ value }) => values.has(value))?.role ?? rules.defaultRole;
}

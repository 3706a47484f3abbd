import { ADMINS, type AuditEntriesQuery } from "#lib/audit/table.ts";

type Filters = AuditEntriesQuery["filters"];

/** Where the list of acts begins: no filter, those of admins and of API tokens. */
export const WITHOUT_ANY = "/audit/acts";

export const ADMINS_ALONE = { by: [...ADMINS] } satisfies Filters;
export const ANYONE = { by: ["anyone"] } satisfies Filters;

/** What the switch says of a query: the one or the other; null where its actors are a filter of their own. */
export function switchedOf({ by, notBy }: Filters): typeof ADMINS_ALONE | typeof ANYONE | null {
  if (notBy !== undefined) return null;
  if (by === undefined || by.includes("anyone")) return ANYONE;
  return by.join() === ADMINS.join() ? ADMINS_ALONE : null;
}

import type { Database } from "../db/database.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { TokenState } from "./model.ts";
import { type ReadParts, statesByClient } from "./states-by-client.ts";

const ENDED: ReadonlySet<TokenState> = new Set(["revoked", "consumed", "expired"]);

/** How many tokens of some clients and kinds are in some states, to the last one; null where the counts by client do not tell it, or not within `timeoutMs`. */
export async function countByClients(
  db: Database,
  kinds: readonly string[] | null,
  { clientIds, states }: { clientIds: readonly string[]; states: readonly TokenState[] },
  { now, timeoutMs }: { now: Date; timeoutMs: number },
): Promise<number | null> {
  const isWithEnded = states.some((state) => ENDED.has(state));
  const read: ReadParts = (statement) => withinTime(db, statement, timeoutMs, "lookups");
  const counted = await statesByClient(db, { now, clientIds, isWithEnded }, read);
  if (counted === null) return null;
  const asked = [...new Set(states)];
  return counted
    .filter(({ kind }) => kinds === null || kinds.includes(kind))
    .reduce((sum, { tokens }) => sum + asked.reduce((of, state) => of + tokens[state], 0), 0);
}

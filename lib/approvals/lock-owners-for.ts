import { lockOwners } from "../admins/owner-lock.ts";
import { lockApiTokens } from "../api-tokens/lock-api-tokens.ts";
import type { Sql } from "../db/sql.ts";
import type { ApprovalRecord } from "./approval-row.ts";

/** What acts need that hold the owners' lock. */
const OF_OWNERS: ReadonlySet<string> = new Set(["admin:write", "sign-in:write", "approval-policy:write"]);

/**
 * Takes the owners' lock for an act that will, and that of API tokens, before whoever asked and whoever decides are held as they are: whoever disables one of them, or revokes the API token that asked,
 * takes it first, and either would wait for the other. Call it with the approval's row locked, or where it is only looked at.
 */
export async function lockOwnersFor(
  tx: Sql,
  { permissions }: Pick<ApprovalRecord, "permissions">,
): Promise<void> {
  if (permissions.some((permission) => OF_OWNERS.has(permission))) await lockOwners(tx);
  if (permissions.includes("api-token:write")) await lockApiTokens(tx);
}

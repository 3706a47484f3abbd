import { isLetGo } from "../admins/let-go.ts";
import type { Role } from "../authz/roles.ts";
import type { Actor } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import type { ApprovalRecord } from "./approval-row.ts";

const ADMIN = `SELECT email AS name, role FROM admin a WHERE a.id = $1::uuid AND a.disabled_at IS NULL AND NOT ${isLetGo("a")} FOR SHARE OF a`;
// whose creator is shut out asks for nothing more
const API_TOKEN = `SELECT t.name, t.role, t.is_unattended AS "isUnattended", t.created_by_id AS "personId", a.role AS "creatorRole" FROM api_token t LEFT JOIN admin a ON a.id = t.created_by_id
  WHERE t.id = $1::uuid AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2::timestamptz) AND a.disabled_at IS NULL AND NOT ${isLetGo("a")} FOR SHARE OF t`;

/**
 * Who asked, as they are now: with the role that they have, and as long as they are let in. They stay so until the caller's transaction ends.
 *
 * @throws {DomainError} FORBIDDEN
 */
export async function getRequester(
  tx: Sql,
  { actorKind, actorId, actorName }: Pick<ApprovalRecord, "actorKind" | "actorId" | "actorName">,
  now: Date,
): Promise<Actor> {
  if (actorKind === "admin") {
    const [admin] = await tx.query<{ name: string; role: Role }>(ADMIN, [actorId]);
    if (admin !== undefined) return { kind: "admin", id: actorId, ...admin, sessionId: "" };
  }
  if (actorKind === "api_token") {
    const [token] = await tx.query<{
      name: string;
      role: Role;
      isUnattended: boolean;
      personId: string | null;
      creatorRole: Role | null;
    }>(API_TOKEN, [actorId, now]);
    if (token !== undefined) return { kind: "api_token", id: actorId, ...token };
  }
  throw new DomainError("FORBIDDEN", `${actorName} may not use this console any more.`);
}

import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { byTokenId } from "../tokens/by-token-id.ts";
import type { TargetKind } from "./model.ts";

/**
 * The tokens that an order's target names, as FROM and WHERE on `token t`, by the target's own index. The cutoff is not in it.
 * A token older than the cutoff by issue cannot be rooted after it; `order_reaches` decides in the end.
 */
export function tokensOfTarget(kind: TargetKind, id: string): { from: Fragment; where: Fragment } {
  const register = sql`token t`;
  switch (kind) {
    case "token":
      return { from: register, where: byTokenId(id) };
    case "family":
      return { from: register, where: sql`t.family_id = ${id}::uuid` };
    case "session":
      return {
        from: register,
        where: sql`t.family_id IN (SELECT f.id FROM token_family f WHERE f.session_uid = ${id}) AND t.session_uid = ${id}`,
      };
    case "user":
      return { from: register, where: sql`t.user_id = ${id}::uuid` };
    case "client":
      return { from: register, where: sql`t.client_id = ${id}::uuid` };
    case "permission":
      return ofLabel("scope", id);
    case "group":
      return ofLabel("group", id);
    case "audience":
      return ofLabel("audience", id);
    case "signing_key":
      return { from: register, where: sql`t.signing_kid = ${id}` };
    case "everything":
      return { from: register, where: sql`true` };
    case "selection":
      return {
        from: sql`(SELECT unnest(x.token_ids) AS id FROM selection_chunk x WHERE x.selection_id = ${id}::uuid AND x.position IS NOT NULL) f
          JOIN token t ON t.issued_at = uuid_extract_timestamp(f.id) AND t.id = f.id`,
        where: sql`true`,
      };
    default:
      return kind satisfies never;
  }
}

function ofLabel(kind: string, label: string): { from: Fragment; where: Fragment } {
  return {
    from: sql`token_label l JOIN token t ON t.issued_at = l.issued_at AND t.id = l.token_id`,
    where: sql`l.kind = ${kind} AND l.label = ${label}`,
  };
}

import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { byTokenId } from "../tokens/by-token-id.ts";
import type { TargetKind } from "./model.ts";

export type TargetTokens = {
  from: Fragment;
  where: Fragment;
  /** The same without a look at the tokens themselves, where an index in the order of issue has all of a target's. */
  bare?: { from: Fragment; where: Fragment; issuedAt: Fragment; id: Fragment };
};

/**
 * The tokens that an order's target names, as FROM and WHERE on `token t`, by the target's own index. The cutoff is not in it.
 * A token older than the cutoff by issue cannot be rooted after it; `order_reaches` decides in the end.
 */
export function tokensOfTarget(kind: TargetKind, id: string): TargetTokens {
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
      return ofIndex(sql`t.user_id = ${id}::uuid`);
    case "client":
      return ofIndex(sql`t.client_id = ${id}::uuid`);
    case "permission":
      return ofLabel("scope", id);
    case "group":
      return ofLabel("group", id);
    case "audience":
      return ofLabel("audience", id);
    case "signing_key":
      return { from: register, where: sql`t.signing_kid = ${id}` };
    case "everything":
      return ofIndex(sql`true`);
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

function ofIndex(where: Fragment): TargetTokens {
  const from = sql`token t`;
  return { from, where, bare: { from, where, issuedAt: sql`t.issued_at`, id: sql`t.id` } };
}

function ofLabel(kind: string, label: string): TargetTokens {
  const where = sql`l.kind = ${kind} AND l.label = ${label}`;
  return {
    from: sql`token_label l JOIN token t ON t.issued_at = l.issued_at AND t.id = l.token_id`,
    where,
    bare: { from: sql`token_label l`, where, issuedAt: sql`l.issued_at`, id: sql`l.token_id` },
  };
}

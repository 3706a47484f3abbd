import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { recordClaimsChange } from "../signals/record-claims-change.ts";
import type { JudgedRow } from "./judge.ts";

/** Tells streams whose groups an import changed. */
export async function tellUsers(tx: Sql, ctx: Context, rows: readonly JudgedRow[]): Promise<void> {
  for (const { targetId, given } of rows)
    if (targetId !== null)
      await recordClaimsChange(tx, ctx, { userId: targetId, groups: given.groups as string[] });
}

/** Tells streams what groups give since an import changed it. */
export async function tellGroups(tx: Sql, ctx: Context, rows: readonly JudgedRow[]): Promise<void> {
  for (const { key, given } of rows)
    if (key !== null)
      await recordClaimsChange(tx, ctx, { group: key, entitlements: given.permissions as string[] });
}

import { listAudiences } from "#lib/audiences/list-audiences.ts";
import type { AudienceRow } from "#lib/audiences/model.ts";
import { AUDIENCES_TABLE } from "#lib/audiences/table.ts";
import type { Context } from "#lib/context.ts";
import { listGroups } from "#lib/groups/list-groups.ts";
import { GROUPS_TABLE } from "#lib/groups/table.ts";
import { defaultQuery, PAGE_SIZE_MAX, type Page } from "#lib/list-query/define-table.ts";

/** Forms offer this many at most: beyond it a list to tick is no use. */
const CHOICES_MAX = 1_000;

async function allOf<Row>(listPage: (cursor: string | null) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null = null; rows.length < CHOICES_MAX; ) {
    const page: Page<Row> = await listPage(cursor);
    rows.push(...page.rows);
    if (page.next === null) break;
    cursor = page.next;
  }
  return rows;
}

/** The groups that a form offers, by name. */
export async function groupChoices(ctx: Context): Promise<{ id: string; name: string }[]> {
  const query = { ...defaultQuery(GROUPS_TABLE), pageSize: PAGE_SIZE_MAX };
  const groups = await allOf((cursor) => listGroups(ctx, { ...query, cursor }));
  return groups.map(({ id, name }) => ({ id, name }));
}

export type AudienceChoice = Pick<
  AudienceRow,
  "id" | "name" | "title" | "permissions" | "accessTokenTtlMaxSeconds"
>;

/** The audiences that a form offers with their permissions, by name. */
export async function audienceChoices(ctx: Context): Promise<AudienceChoice[]> {
  const query = { ...defaultQuery(AUDIENCES_TABLE), pageSize: PAGE_SIZE_MAX };
  const audiences = await allOf((cursor) => listAudiences(ctx, { ...query, cursor }));
  return audiences.map(({ id, name, title, permissions, accessTokenTtlMaxSeconds }) => ({
    id,
    name,
    title,
    permissions,
    accessTokenTtlMaxSeconds,
  }));
}

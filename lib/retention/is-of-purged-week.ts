/**
 * SQL that says whether a token's id is of a week that has left the register. `id` is an expression of the code's own. Not a function of the database: that
 * would be called row by row, where a look into a hash of the weeks does; and not even that for ids that are younger than all of them.
 */
export function isOfPurgedWeek(id: string): string {
  return `(uuid_extract_timestamp(${id}) < (SELECT coalesce(max(week) + interval '7 days', '-infinity') FROM purged_week)
    AND EXISTS (SELECT FROM purged_week w WHERE w.week = date_trunc('week', uuid_extract_timestamp(${id}), 'UTC')))`;
}

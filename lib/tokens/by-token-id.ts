import { uuidv7Time } from "../ids.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";

/** A token by its id; a UUIDv7 carries the time that finds its partition. */
export function byTokenId(id: string): Fragment {
  const at = uuidv7Time(id);
  return at === null ? sql`false` : sql`t.issued_at = ${at}::timestamptz AND t.id = ${id}::uuid`;
}

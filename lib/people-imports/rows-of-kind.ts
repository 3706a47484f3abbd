import { lockAudiences } from "../audiences/save-permissions.ts";
import type { Sql } from "../db/sql.ts";
import { lockGroupNames } from "../groups/save-group-permissions.ts";
import type { Header } from "./columns.ts";
import { judgeGroupRows, readGroupRow, readPermissionNames } from "./group-rows.ts";
import type { JudgedRow, ReadRow } from "./judge.ts";
import type { ImportKind } from "./model.ts";
import type { CsvRow } from "./read-csv.ts";
import { judgeUserRows, readGroupNames, readUserRow } from "./user-rows.ts";

/** How rows of a kind are read and judged. */
export type RowsOfKind = {
  read(header: Header, row: CsvRow): ReadRow;
  judge(tx: Sql, rows: readonly ReadRow[]): Promise<JudgedRow[]>;
};

/** With the names that rows may use, as they are now; with `isLocked` they stay so until the transaction ends, so that a name means the same when it is written. */
export async function rowsOfKind(
  tx: Sql,
  kind: ImportKind,
  { isLocked = false }: { isLocked?: boolean } = {},
): Promise<RowsOfKind> {
  // groups are known by their names in any case: no two of one name at once, and none renamed between its row's judgement and its writing
  if (isLocked) await lockGroupNames(tx);
  if (isLocked && kind === "groups") await lockAudiences(tx);
  switch (kind) {
    case "users": {
      const names = await readGroupNames(tx);
      return { read: readUserRow, judge: (db, rows) => judgeUserRows(db, rows, names, isLocked) };
    }
    case "groups": {
      const names = await readPermissionNames(tx);
      return { read: readGroupRow, judge: (db, rows) => judgeGroupRows(db, rows, names, isLocked) };
    }
    default:
      return kind satisfies never;
  }
}

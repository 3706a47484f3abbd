import type { Sql } from "../db/sql.ts";
import type { Header } from "./columns.ts";
import { judgeGroupRows, readGroupRow, readPermissionNames } from "./group-rows.ts";
import type { JudgedRow, ReadRow } from "./judge.ts";
import type { ImportKind } from "./model.ts";
import type { CsvRow } from "./read-csv.ts";
import { judgeUserRows, readGroupNames, readUserRow } from "./user-rows.ts";

/** How rows of a kind are read and judged. */
export type RowsOfKind = {
  read(header: Header, row: CsvRow): ReadRow;
  judge(tx: Sql, rows: readonly ReadRow[], isLocked: boolean): Promise<JudgedRow[]>;
};

/** With the names that rows may use, as they are now. */
export async function rowsOfKind(tx: Sql, kind: ImportKind): Promise<RowsOfKind> {
  switch (kind) {
    case "users": {
      const names = await readGroupNames(tx);
      return { read: readUserRow, judge: (db, rows, isLocked) => judgeUserRows(db, rows, names, isLocked) };
    }
    case "groups": {
      const names = await readPermissionNames(tx);
      return { read: readGroupRow, judge: (db, rows, isLocked) => judgeGroupRows(db, rows, names, isLocked) };
    }
    default:
      return kind satisfies never;
  }
}

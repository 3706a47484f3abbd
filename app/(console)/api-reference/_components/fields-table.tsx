import { PlainTable } from "#components/display/plain-table.tsx";
import type { SchemaRow } from "../_lib/schema-rows.ts";
import { Marked } from "./marked.tsx";
import classes from "./reference.module.css";
import { referenceWords as words } from "./words.ts";

type FieldRow = SchemaRow & { where?: string };

/** Fields with their types, and what they may be. */
export function FieldsTable({
  name,
  heading = words.name,
  rows,
}: {
  name: string;
  heading?: string;
  rows: FieldRow[];
}) {
  const hasPlace = rows.some(({ where }) => where !== undefined);
  return (
    <PlainTable
      name={name}
      rows={rows}
      keyOf={(row) => `${row.where ?? ""}${row.path}`}
      columns={[
        {
          header: heading,
          isWrapping: true,
          cell: (row: FieldRow) => (
            <>
              <span className={classes.code}>{row.path}</span>
              {row.isRequired ? <span className={classes.required}>{words.required}</span> : null}
            </>
          ),
        },
        ...(hasPlace
          ? [{ header: words.where, isExtra: true, cell: (row: FieldRow) => row.where ?? "" }]
          : []),
        {
          header: words.type,
          isWrapping: true,
          cell: (row: FieldRow) => <span className={classes.code}>{row.type}</span>,
        },
        {
          header: words.means,
          isWrapping: true,
          cell: (row: FieldRow) => (
            <span className={classes.notes}>
              <Marked text={row.notes.join(" · ")} />
            </span>
          ),
        },
      ]}
    />
  );
}

import { defineTable } from "../list-query/define-table.ts";

/** The audiences list. */
export const AUDIENCES_TABLE = defineTable({
  name: "audiences",
  filters: { q: { kind: "text", label: "Name or title" } },
  search: "q",
  sorts: {
    name: { label: "Name", type: "text" },
    created: { label: "Created", type: "time" },
  },
  defaultSort: { key: "name", direction: "asc" },
});

import { defineTable } from "../list-query/define-table.ts";

/** The groups list. */
export const GROUPS_TABLE = defineTable({
  name: "groups",
  filters: {
    q: { kind: "text", label: "Name or description" },
    permission: { kind: "set", label: "Permission" },
  },
  search: "q",
  sorts: {
    name: { label: "Name", type: "text" },
    created: { label: "Created", type: "time" },
  },
  defaultSort: { key: "name", direction: "asc" },
});

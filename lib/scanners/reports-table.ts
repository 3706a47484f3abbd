import { defineTable } from "../list-query/define-table.ts";

/** What scanners reported. */
export const LEAK_REPORTS_TABLE = defineTable({
  name: "leak-reports",
  filters: { scannerId: { kind: "id", label: "Scanner", format: "uuid" } },
  sorts: { received: { label: "Received", type: "time" } },
  defaultSort: { key: "received", direction: "desc" },
});

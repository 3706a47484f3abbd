import { defineTable } from "../list-query/define-table.ts";
import { CHECK_STATES } from "./model.ts";

/** Verifications of the evidence that somebody asked for. */
export const EVIDENCE_CHECKS_TABLE = defineTable({
  name: "evidence-checks",
  filters: { state: { kind: "oneOf", label: "State", options: CHECK_STATES } },
  sorts: { created: { label: "Asked for", type: "time" } },
  defaultSort: { key: "created", direction: "desc" },
});

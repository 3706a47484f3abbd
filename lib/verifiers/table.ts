import { defineTable } from "../list-query/define-table.ts";
import { STANDINGS } from "../propagation/model.ts";
import { AUDIT_MODES, CHECK_WAYS, VERIFIER_MODES, VERIFIER_STATES } from "./model.ts";

/** The verifiers list. */
export const VERIFIERS_TABLE = defineTable({
  name: "verifiers",
  filters: {
    q: { kind: "text", label: "Name or description" },
    mode: { kind: "oneOf", label: "Mode", options: VERIFIER_MODES },
    audit: { kind: "oneOf", label: "Record", options: AUDIT_MODES },
    way: { kind: "oneOf", label: "Way", options: CHECK_WAYS },
    standing: { kind: "oneOf", label: "Standing", options: STANDINGS },
    state: { kind: "oneOf", label: "State", options: VERIFIER_STATES },
    audience: { kind: "set", label: "Audience" },
  },
  search: "q",
  sorts: {
    name: { label: "Name", type: "text" },
    created: { label: "Created", type: "time" },
  },
  defaultSort: { key: "name", direction: "asc" },
});

import { SEVERITIES, SEVERITY_WORDS } from "../incidents/model.ts";
import { defineTable, type ListQuery } from "../list-query/define-table.ts";
import { DETECTION_STATE_WORDS, DETECTION_STATES, RULE_NAMES, RULE_WORDS } from "./model.ts";

/** What was found unusual, last found first. */
export const detectionsTable = defineTable({
  name: "detections",
  filters: {
    state: { kind: "oneOf", label: "State", options: DETECTION_STATES, words: DETECTION_STATE_WORDS },
    severity: { kind: "oneOf", label: "Severity", options: SEVERITIES, words: SEVERITY_WORDS },
    rule: { kind: "oneOf", label: "What", options: RULE_NAMES, words: RULE_WORDS },
    client: { kind: "set", label: "Client", hint: "client_id or id" },
    user: { kind: "set", label: "User", hint: "E-mail address or id" },
    token: { kind: "id", label: "Token", aliases: ["jti"], format: "uuid" },
    last: { kind: "time", label: "Last found", aliases: ["at"], looks: "back" },
  },
  sorts: {
    last: { label: "Last found", type: "time" },
    first: { label: "First found", type: "time" },
  },
  defaultSort: { key: "last", direction: "desc" },
});
export type DetectionsQuery = ListQuery<typeof detectionsTable>;

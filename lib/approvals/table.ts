import { defineTable, type ListQuery } from "../list-query/define-table.ts";
import { APPROVAL_STATE_WORDS, APPROVAL_STATES, APPROVAL_WAY_WORDS, APPROVAL_WAYS } from "./model.ts";

const STATE_NAMES = Object.fromEntries(
  Object.entries(APPROVAL_STATE_WORDS).map(([state, { name }]) => [state, name]),
) as Record<(typeof APPROVAL_STATES)[number], string>;

/** Acts that want a second person, newest first. */
export const approvalsTable = defineTable({
  name: "approvals",
  filters: {
    state: { kind: "oneOf", label: "State", options: APPROVAL_STATES, words: STATE_NAMES },
    way: { kind: "oneOf", label: "Way", options: APPROVAL_WAYS, words: APPROVAL_WAY_WORDS },
    by: { kind: "set", label: "Asked by", hint: "E-mail address, or an API token's name" },
    unreviewed: { kind: "flag", label: "To be reviewed" },
    at: { kind: "time", label: "Asked", looks: "back" },
  },
  sorts: { at: { label: "Asked", type: "time" } },
  defaultSort: { key: "at", direction: "desc" },
});
export type ApprovalsQuery = ListQuery<typeof approvalsTable>;

import { defineTable, type ListQuery } from "../list-query/define-table.ts";
import { ORDERING_KIND_WORDS, ORDERING_KINDS, REASON_WORDS, REASONS, TARGET_KINDS, VERBS } from "./model.ts";

/** The orders: what was taken back, suspended and restored, newest first. */
export const ordersTable = defineTable({
  name: "orders",
  search: "q",
  filters: {
    q: { kind: "text", label: "Search", hint: "Part of the target's or the actor's name or of the note" },
    verb: { kind: "oneOf", label: "Verb", options: VERBS },
    target: { kind: "oneOf", label: "Target", options: TARGET_KINDS },
    targetId: { kind: "id", label: "Target id", format: "text" },
    reason: { kind: "oneOf", label: "Reason", options: REASONS, words: REASON_WORDS },
    by: { kind: "oneOf", label: "By", options: ORDERING_KINDS, words: ORDERING_KIND_WORDS },
    actor: { kind: "id", label: "By id", format: "text" },
    at: { kind: "time", label: "When", looks: "back" },
    unsettled: { kind: "flag", label: "Still settling" },
    scheduled: { kind: "flag", label: "To begin later" },
  },
  sorts: { at: { label: "When", type: "time" } },
  defaultSort: { key: "at", direction: "desc" },
});

export type OrdersQuery = ListQuery<typeof ordersTable>;

import { defineTable } from "../list-query/define-table.ts";
import { MAIL_STATES } from "./model.ts";

/** The outbox. */
export const MAILS_TABLE = defineTable({
  name: "mails",
  filters: { state: { kind: "oneOf", label: "State", options: MAIL_STATES } },
  sorts: { created: { label: "Written", type: "time" } },
  defaultSort: { key: "created", direction: "desc" },
});

import { defineTable } from "../list-query/define-table.ts";
import { USER_STATES } from "./model.ts";

/** The users list. */
export const USERS_TABLE = defineTable({
  name: "users",
  filters: {
    q: { kind: "text", label: "Name or e-mail", hint: "Any part of either." },
    state: { kind: "oneOf", label: "State", options: USER_STATES },
    group: { kind: "set", label: "Group", hint: "The group's name." },
  },
  search: "q",
  sorts: {
    created: { label: "Created", type: "time" },
    email: { label: "E-mail", type: "text" },
  },
  defaultSort: { key: "created", direction: "desc" },
});

import { ROLE_WORDS, ROLES, type Role } from "../authz/roles.ts";
import { defineTable } from "../list-query/define-table.ts";
import { API_TOKEN_STATES } from "./model.ts";

const ROLE_NAMES = Object.fromEntries(ROLES.map((role) => [role, ROLE_WORDS[role].name])) as Record<
  Role,
  string
>;

/** The API tokens list. */
export const API_TOKENS_TABLE = defineTable({
  name: "api-tokens",
  filters: {
    q: { kind: "text", label: "Name" },
    state: {
      kind: "oneOf",
      label: "State",
      options: API_TOKEN_STATES,
      words: {
        active: "Active",
        expired: "Expired",
        revoked: "Revoked",
        creator_disabled: "Stopped: its maker cannot sign in",
      },
    },
    role: { kind: "oneOf", label: "Role", options: ROLES, words: ROLE_NAMES },
  },
  search: "q",
  sorts: {
    created: { label: "Made", type: "time" },
    name: { label: "Name", type: "text" },
  },
  defaultSort: { key: "created", direction: "desc" },
});

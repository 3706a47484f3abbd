import { defineTable, type ListQuery } from "../list-query/define-table.ts";
import { INCIDENT_STATES, SEVERITIES, SEVERITY_WORDS } from "./model.ts";

/** The cases, newest first. */
export const incidentsTable = defineTable({
  name: "incidents",
  search: "q",
  filters: {
    q: { kind: "text", label: "Title or number" },
    state: {
      kind: "oneOf",
      label: "State",
      options: INCIDENT_STATES,
      words: { open: "Open", held: "Held", contained: "Contained", closed: "Closed" },
    },
    severity: { kind: "oneOf", label: "Severity", options: SEVERITIES, words: SEVERITY_WORDS },
    subject: {
      kind: "id",
      label: "About",
      format: "uuid",
      hint: "The id of a token, family, user or client",
    },
    opened: { kind: "time", label: "Opened", looks: "back" },
  },
  sorts: {
    opened: { label: "Opened", type: "time" },
    title: { label: "Title", type: "text" },
  },
  defaultSort: { key: "opened", direction: "desc" },
});
export type IncidentsQuery = ListQuery<typeof incidentsTable>;

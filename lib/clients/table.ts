import { FINDING_CODES, FINDING_WORDS } from "../client-findings/model.ts";
import { defineTable } from "../list-query/define-table.ts";
import { CLIENT_KINDS, CLIENT_STATES } from "./model.ts";

/** `anything`: whatever it is. */
const NEEDS = ["anything", ...FINDING_CODES] as const;
export type Need = (typeof NEEDS)[number];

const NEED_WORDS = {
  anything: "Anything",
  ...Object.fromEntries(FINDING_CODES.map((code) => [code, FINDING_WORDS[code].name])),
};

/** The clients list. */
export const CLIENTS_TABLE = defineTable({
  name: "clients",
  filters: {
    q: { kind: "text", label: "Name or client ID" },
    kind: { kind: "oneOf", label: "Kind", options: CLIENT_KINDS },
    state: { kind: "oneOf", label: "State", options: CLIENT_STATES },
    audience: { kind: "set", label: "Audience" },
    needs: { kind: "oneOf", label: "Needs a look", options: NEEDS, words: NEED_WORDS },
    format: { kind: "oneOf", label: "Token format", options: ["jwt", "opaque"] },
  },
  search: "q",
  sorts: {
    created: { label: "Created", type: "time" },
    name: { label: "Name", type: "text" },
  },
  defaultSort: { key: "name", direction: "asc" },
});

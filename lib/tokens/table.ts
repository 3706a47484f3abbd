import { defineTable, type ListQuery } from "../list-query/define-table.ts";
import { TOKEN_FORMATS, TOKEN_KINDS, TOKEN_STATE_WORDS, TOKEN_STATES, type TokenState } from "./model.ts";

const STATE_NAMES = Object.fromEntries(
  TOKEN_STATES.map((state) => [state, TOKEN_STATE_WORDS[state].name]),
) as Record<TokenState, string>;

/** The Tokens table: what can be asked of the register. */
export const tokensTable = defineTable({
  name: "tokens",
  search: "q",
  filters: {
    q: {
      kind: "text",
      label: "Search",
      hint: "Part of an e-mail address or name, a subject, a client id, a token id",
    },
    state: { kind: "oneOf", label: "State", aliases: ["status"], options: TOKEN_STATES, words: STATE_NAMES },
    kind: {
      kind: "oneOf",
      label: "Kind",
      options: TOKEN_KINDS,
      words: { access: "Access", refresh: "Refresh" },
    },
    format: {
      kind: "oneOf",
      label: "Format",
      options: TOKEN_FORMATS,
      words: { jwt: "JWT", opaque: "Opaque" },
    },
    user: { kind: "set", label: "User", hint: "E-mail address or id" },
    client: { kind: "set", label: "Client", hint: "client_id or id" },
    permission: { kind: "set", label: "Permission", aliases: ["scope"] },
    group: { kind: "set", label: "Group" },
    role: { kind: "set", label: "Role" },
    audience: { kind: "set", label: "Audience", aliases: ["aud"] },
    issued: { kind: "time", label: "Issued", looks: "back" },
    expires: { kind: "time", label: "Expires", looks: "ahead" },
    lastUsed: { kind: "time", label: "Last used", aliases: ["used"], looks: "back" },
    neverUsed: { kind: "flag", label: "Never used" },
    longLived: {
      kind: "longer",
      label: "Long-lived",
      aliases: ["lifetime"],
      defaultSeconds: 3_600,
      hint: "Issued to live longer than this: 1h, 24h, 90d",
    },
    ip: {
      kind: "address",
      label: "Issued to address",
      aliases: ["network"],
      hint: "An address, or a network such as 203.0.113.0/24 or 2001:db8::/32",
    },
    asn: {
      kind: "network",
      label: "Issued to network",
      hint: "By its number or name, as networks are announced today: AS15169",
    },
    country: {
      kind: "country",
      label: "Issued to country",
      aliases: ["place"],
      hint: "By its address: DE, Germany, or unknown",
    },
    family: { kind: "id", label: "Family", format: "uuid" },
    session: { kind: "id", label: "Session", format: "text" },
    key: { kind: "id", label: "Signing key", aliases: ["kid"], format: "text" },
  },
  sorts: {
    issued: { label: "Issued", type: "time" },
    expires: { label: "Expires", type: "time" },
    // of tokens that were used; among all of them nothing is ordered by what changes with each use
    lastUsed: {
      label: "Last used",
      type: "time",
      needs: ["user", "client", "family", "session", "key", "lastUsed"],
    },
  },
  defaultSort: { key: "issued", direction: "desc" },
});

export type TokensQuery = ListQuery<typeof tokensTable>;

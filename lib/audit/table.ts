import { defineTable, type ListQuery } from "../list-query/define-table.ts";
import { withNegations } from "../list-query/negations.ts";
import { ACT_OUTCOMES, USE_OUTCOMES, USE_SOURCES } from "./model.ts";
import {
  COUNTED_REFUSAL_WORDS,
  COUNTED_REFUSALS,
  OUTCOME_WORDS,
  REFUSAL_WORDS,
  REFUSALS,
  SOURCE_WORDS,
} from "./use-words.ts";

/** Uses of tokens, newest first. */
export const tokenUsesTable = defineTable({
  name: "token-uses",
  filters: withNegations({
    at: { kind: "time", label: "When", looks: "back" },
    outcome: { kind: "oneOf", label: "Outcome", options: USE_OUTCOMES, words: OUTCOME_WORDS },
    refusal: { kind: "oneOf", label: "Refused because", options: REFUSALS, words: REFUSAL_WORDS },
    source: { kind: "oneOf", label: "Seen at", options: USE_SOURCES, words: SOURCE_WORDS },
    client: { kind: "set", label: "Client", hint: "client_id or id" },
    user: { kind: "set", label: "User", hint: "E-mail address or id" },
    verifier: { kind: "set", label: "Verifier", hint: "Name or id" },
    token: { kind: "id", label: "Token", aliases: ["jti"], format: "uuid" },
    family: { kind: "id", label: "Family", format: "uuid" },
    detection: {
      kind: "id",
      label: "Counted by",
      format: "uuid",
      hint: "A detection's id: the very uses that it counted, the newest thousand",
    },
    ip: { kind: "id", label: "IP address", format: "ip", hint: "One address, no range" },
    network: {
      kind: "network",
      label: "Network",
      aliases: ["asn"],
      hint: "By its number or name, as networks are announced today: AS15169",
    },
    country: {
      kind: "country",
      label: "Country",
      aliases: ["place"],
      hint: "By its address: DE, Germany, or unknown",
    },
    path: {
      kind: "set",
      format: "path",
      label: "Path",
      operators: ["like", "not like"],
      hint: "Its beginning where it starts with /, else any part of it: /v1/*, or invoices. A and a differ, as they do in paths",
    },
    method: { kind: "set", format: "method", label: "Method", hint: "GET, POST and the like" },
    status: {
      kind: "set",
      format: "status",
      label: "Status",
      hint: "Of the answer, where a verifier reported it, 100 to 599: 404, 5xx, >=400 or 400..499",
    },
    agent: {
      kind: "set",
      label: "User agent",
      aliases: ["ua", "useragent"],
      operators: ["has", "has not"],
      hint: "Any part of it, in any case",
    },
    audience: { kind: "set", label: "Audience", aliases: ["aud"], hint: "Whom the token was shown to" },
  }),
  sorts: { at: { label: "When", type: "time" } },
  defaultSort: { key: "at", direction: "desc" },
});
export type TokenUsesQuery = ListQuery<typeof tokenUsesTable>;

/** What was refused without a token on record, newest minute first. */
export const refusedCountsTable = defineTable({
  name: "refused-counts",
  filters: {
    at: { kind: "time", label: "When", looks: "back" },
    asker: {
      kind: "set",
      label: "Asked by",
      aliases: ["verifier", "client"],
      hint: "A verifier's name, a client_id, an id, or nobody",
    },
    refusal: {
      kind: "oneOf",
      label: "Refused because",
      options: COUNTED_REFUSALS,
      words: COUNTED_REFUSAL_WORDS,
    },
    ip: { kind: "id", label: "IP address", format: "ip", hint: "One address, no range" },
  },
  sorts: { at: { label: "Minute", type: "time" } },
  defaultSort: { key: "at", direction: "desc" },
});
export type RefusedCountsQuery = ListQuery<typeof refusedCountsTable>;

/** Who acts. `anyone` is all of them: said where a list would begin with fewer. */
const ACTOR_KINDS = ["admin", "api_token", "user", "client", "system", "anonymous", "anyone"] as const;
/** Whose acts the list of the console begins with: those of people who sign in, and of the product itself, are many more. */
export const ADMINS = ["admin", "api_token"] as const;

/** Acts of admins, newest first. */
export const auditEntriesTable = defineTable({
  name: "audit-entries",
  search: "q",
  filters: withNegations({
    q: { kind: "text", label: "Search", hint: "Part of the actor's or the target's name or of the note" },
    at: { kind: "time", label: "When", looks: "back" },
    act: { kind: "set", label: "Act" },
    outcome: {
      kind: "oneOf",
      label: "Outcome",
      options: ACT_OUTCOMES,
      words: { done: "Done", refused: "Refused" },
    },
    by: {
      kind: "oneOf",
      label: "By",
      options: ACTOR_KINDS,
      words: {
        admin: "An admin",
        api_token: "An API token",
        user: "A user",
        client: "A client",
        system: "The product itself",
        anonymous: "Nobody signed in",
        anyone: "Anyone",
      },
    },
    actor: { kind: "id", label: "By whom", hint: "An admin's or API token's id", format: "text" },
    target: { kind: "id", label: "Target kind", format: "text" },
    targetId: {
      kind: "set",
      label: "Target id",
      hint: "An id; orders upon groups and audiences carry the name",
    },
    ip: { kind: "id", label: "IP address", format: "ip", hint: "One address, no range" },
  }),
  sorts: { at: { label: "When", type: "time" } },
  defaultSort: { key: "at", direction: "desc" },
});
export type AuditEntriesQuery = ListQuery<typeof auditEntriesTable>;

/** Uses and acts in one order of time. With `token` it is that token's whole story, the orders that reached it among it. */
export const activityTable = defineTable({
  name: "activity",
  filters: {
    at: { kind: "time", label: "When", looks: "back" },
    what: {
      kind: "oneOf",
      label: "What",
      options: ["use", "act"],
      words: { use: "Token use", act: "Admin act" },
    },
    token: { kind: "id", label: "Token", aliases: ["jti"], format: "uuid" },
  },
  sorts: { at: { label: "When", type: "time" } },
  defaultSort: { key: "at", direction: "desc" },
});
export type ActivityQuery = ListQuery<typeof activityTable>;

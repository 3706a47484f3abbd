import type { Window } from "../list-query/time-window.ts";
import type { TokenState } from "./model.ts";
import { isLifeEdge } from "./time-buckets.ts";
import type { Filters, TokenQuestion } from "./token-question.ts";

/** What the counts by time tell to the last one: tokens of some kinds, by one thing more, or by client and state. */
export type TimeQuestion = {
  kinds: readonly string[] | null;
  by:
    | { what: "states"; states: readonly TokenState[] }
    | { what: "clientStates"; clientIds: readonly string[]; states: readonly TokenState[] }
    | { what: "expires"; expires: Window }
    | { what: "lives"; longerThanSeconds: number }
    | { what: "neverUsed" }
    | { what: "lastUsed"; used: Window };
};

function byOf(key: string, filters: Filters, question: TokenQuestion): TimeQuestion["by"] | null {
  if (key === "state" && filters.state) return { what: "states", states: filters.state };
  if (key === "expires") return { what: "expires", expires: question.expires };
  if (key === "longLived" && filters.longLived) {
    const { seconds } = filters.longLived;
    return isLifeEdge(seconds) ? { what: "lives", longerThanSeconds: seconds } : null;
  }
  if (key === "lastUsed")
    return filters.kind === undefined ? { what: "lastUsed", used: question.used } : null;
  // uses are counted without their kind
  if (key === "neverUsed") return filters.kind === undefined ? { what: "neverUsed" } : null;
  return null;
}

/** What is asked, where the counts by time tell it; null where something else is asked too. */
export function timeQuestionOf(filters: Filters, question: TokenQuestion): TimeQuestion | null {
  const asked = Object.keys(filters).filter((key) => filters[key as keyof Filters] !== undefined);
  const kinds = filters.kind ?? null;
  const clientIds = question.clients?.ids ?? null;
  const isOfClients = asked.every((one) => one === "kind" || one === "client" || one === "state");
  if (isOfClients && clientIds !== null && filters.state)
    return { kinds, by: { what: "clientStates", clientIds, states: filters.state } };
  const [key, ...others] = asked.filter((one) => one !== "kind");
  if (key === undefined || others.length > 0) return null;
  const by = byOf(key, filters, question);
  return by === null ? null : { kinds, by };
}

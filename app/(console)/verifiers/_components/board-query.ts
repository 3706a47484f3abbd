import { z } from "zod";
import { JOURNEY_STATES, type JourneyState } from "#lib/propagation/model.ts";

/** What the board shows: an order (null: the newest), and of its verifiers those in a state or of an audience. */
export type BoardQuery = { order: string | null; state: JourneyState | null; audience: string | null };

const order = z.uuid().toLowerCase().nullable().catch(null);
const state = z.enum(JOURNEY_STATES).nullable().catch(null);
const audience = z.string().min(1).max(200).nullable().catch(null);

/** Forgives what it cannot read: then it is as if it were not there. */
export function parseBoardQuery(params: Record<string, string | string[] | undefined>): BoardQuery {
  return {
    order: order.parse(params.order ?? null),
    state: state.parse(params.state ?? null),
    audience: audience.parse(params.audience ?? null),
  };
}

export function boardAddress(query: BoardQuery): string {
  const params = new URLSearchParams(
    Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  const text = params.toString();
  return text === "" ? "/verifiers/propagation" : `/verifiers/propagation?${text}`;
}

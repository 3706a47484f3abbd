import { RequestProblem, requestJson } from "#components/request/request-json.ts";
import type { IncidentDetail, Severity } from "#lib/incidents/model.ts";
import { addToCase, type Cased, firstOf, sizeOf } from "./look-up.ts";

export type Named = { title: string; severity: Severity };

/** How far a case has come that is opened in several requests. */
export type OpeningStand = { number: number; added: number; of: number };

/** A case that is opened on a paste, as often as somebody presses for it: it goes on where it stopped, and is one case. */
export type Opening = {
  /** Null until the case is there. */
  stand(): OpeningStand | null;
  /** Opens the case, or puts what is missing into the one that is there. Returns its number. */
  go(named: Named): Promise<number>;
};

/** Under which the same request opens one case; also where the page came without TLS. */
const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16)).join("-");

export function openingOf(all: Cased): Opening {
  let number: number | null = null;
  const { body: first, rest } = firstOf(all);
  let left = rest;
  /** What was asked for last, and not refused: its answer may have been lost. */
  let asked: { body: Named & typeof first; key: string } | null = null;

  async function open(named: Named): Promise<number> {
    // another title would be another request, and another case beside one whose answer was lost
    asked ??= { body: { ...named, ...first }, key: newKey() };
    try {
      const opened = await requestJson<IncidentDetail>("/api/v1/incidents", {
        method: "POST",
        body: asked.body,
        idempotencyKey: asked.key,
      });
      return opened.number;
    } catch (error) {
      // nothing was opened: what is asked for next may be something else
      if (
        error instanceof RequestProblem &&
        error.status >= 400 &&
        error.status < 500 &&
        error.status !== 409
      )
        asked = null;
      throw error;
    }
  }

  const of = sizeOf(all);
  return {
    stand: () => (number === null ? null : { number, added: of - sizeOf(left), of }),
    async go(named) {
      number ??= await open(named);
      await addToCase(number, left, (after) => {
        left = after;
      });
      return number;
    },
  };
}

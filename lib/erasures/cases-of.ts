import type { Sql } from "../db/sql.ts";
import { WHY_TELLS_WHERE } from "../incidents/suggested-window.ts";
import { IN_PLACE } from "./mentions.ts";

const THEIR_TOKENS = "SELECT t.id FROM token t WHERE t.user_id = $1::uuid";
const THEIR_DETECTIONS = `SELECT FROM detection d WHERE (d.user_id = $1::uuid OR d.token_id IN (${THEIR_TOKENS}))`;

/** Whether a case is about a person, of whom it names something or of whom something was found that is in it: for a statement whose $1 is their id. */
const isTheirs = (
  incidentId: string,
) => `(EXISTS (SELECT FROM incident_subject s WHERE s.incident_id = ${incidentId}
    AND ((s.kind = 'user' AND s.target_id = $1::uuid) OR (s.kind = 'token' AND s.target_id IN (${THEIR_TOKENS}))
      OR (s.kind = 'family' AND s.target_id IN (SELECT f.id FROM token_family f WHERE f.user_id = $1::uuid))))
  OR EXISTS (${THEIR_DETECTIONS} AND d.incident_id = ${incidentId}))`;

/** Whether a text tells where a person's tokens came from, as something that was found of them does. */
const tellsOfThem = (text: string) =>
  `EXISTS (${THEIR_DETECTIONS} AND (position(d.facts ->> 'ip' IN ${text}) > 0 OR position(d.facts ->> 'request' IN ${text}) > 0))`;

// of acts upon anything else it is no id
const CASE = "CASE WHEN e.target_kind = 'incident' THEN e.target_id::uuid END";
const WHY = "concat_ws(E'\\n', e.before ->> 'compromisedWhy', e.after ->> 'compromisedWhy')";
// written in one moment with what was put into the case: it begins with what was found
const IS_OF_DETECTION = `e.act = 'incident.opened' AND e.note IS NOT NULL
  AND EXISTS (SELECT FROM audit_entry p WHERE p.at = e.at AND p.request_id = e.request_id AND p.act = 'detection.put_in_case')`;

/** Whether an act upon a case, as `e`, holds a sentence of the product's own that tells where somebody's tokens came from. */
export const CASE_TELLS = `(e.target_kind = 'incident' AND (
  (${WHY} ~ '(?n)${WHY_TELLS_WHERE}' AND (${isTheirs(CASE)} OR ${tellsOfThem(WHY)}))
  OR (${IS_OF_DETECTION} AND ${isTheirs(CASE)})))`;

/** What stands where a window was suggested by what is erased. */
const WHY_IN_PLACE = "By what was found of a person whose data was erased.";

const WINDOWS = `
  UPDATE incident i SET compromised_why = '${WHY_IN_PLACE}' WHERE i.is_suggested AND i.compromised_why ~ '${WHY_TELLS_WHERE}'
    AND (${isTheirs("i.id")} OR ${tellsOfThem("i.compromised_why")}) RETURNING 1`;

const NOTES = `
  UPDATE incident_note n SET text = '${IN_PLACE}' || substr(n.text, n.found_length + 1), found_length = NULL
  WHERE n.found_length IS NOT NULL AND ${isTheirs("n.incident_id")} RETURNING 1`;

/** Takes what the product wrote itself of a person out of cases: before what was found of them is. @returns how many texts it was. */
export async function eraseFoundTexts(tx: Sql, userId: string): Promise<number> {
  let texts = 0;
  for (const statement of [WINDOWS, NOTES]) texts += (await tx.query(statement, [userId])).length;
  return texts;
}

import type { Filter } from "#lib/list-query/define-table.ts";
import type { AnyFilterValue } from "#lib/list-query/filter-value.ts";
import { wordsOfFilter } from "#lib/list-query/filter-words.ts";
import { shortDuration } from "../display/duration.ts";

/** Values of a filter that a chip names; of the others it says how many they are. */
export const NAMES_SHOWN = 3;

/** A filter's value as a chip tells it: `State is Active, Revoked +1`. */
export function filterWords(filter: Filter, value: AnyFilterValue): { operator: string; value: string } {
  return wordsOfFilter(filter, value, { span: shortDuration, namesShown: NAMES_SHOWN });
}

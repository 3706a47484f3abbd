import { expect, test } from "vitest";
import { tokenUsesTable } from "#lib/audit/table.ts";
import { filterWords } from "./filter-words.ts";

const { filters } = tokenUsesTable;

test.each([
  [filters.client, ["billing"], "is billing"],
  [filters.notClient, ["billing", "ledger"], "is not billing, ledger"],
  [filters.notOutcome, ["refused"], "is not Refused"],
  [filters.notCountry, ["DE"], "is not Germany"],
  [filters.path, ["/v1"], "like /v1"],
  [filters.notAgent, ["bot"], "has not bot"],
  [filters.status, ["5xx", "400..", "..299", "400..451"], "is 5xx, 400 and above, up to 299 +1"],
])("a chip says what is wanted and what is left out", (filter, value, words) => {
  const { operator, value: named } = filterWords(filter, value);
  expect(`${operator} ${named}`).toBe(words);
});

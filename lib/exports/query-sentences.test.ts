import { expect, test } from "vitest";
import type { ListName } from "../lists/model.ts";
import { parseListText } from "../lists/parse-list-text.ts";
import { TABLES } from "../lists/table.ts";
import { querySentences } from "./query-sentences.ts";

const NOW = new Date("2026-11-30T01:20:05.000Z");
const told = (list: ListName, text: string) =>
  querySentences(TABLES[list], parseListText(list, text, "query"), NOW);

test("a query is told as its chips say it: its time in words, all values by name, its order", () => {
  expect(
    told("token-uses", "at=within:24h&outcome=refused&client=a&client=b&client=c&client=d&notCountry=DE"),
  ).toEqual([
    "When in the last 24 hours, counted from when the file is made: since 2026-11-29 01:20:05 UTC if that were now.",
    "Filters: Outcome is Refused; Client is a, b, c, d; Country is not Germany.",
    "In the order of When, the newest first.",
  ]);
  expect(told("token-uses", "at=2026-11-01..2026-11-02")).toEqual([
    expect.stringMatching(/^When: from 2026-11-01 00:00:00 UTC to 2026-11-0[23] 00:00:00 UTC\.$/),
    "No filter: all of it.",
    "In the order of When, the newest first.",
  ]);
  expect(told("users", "")).toContain("No filter: all of it.");
});

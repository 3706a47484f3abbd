import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { tokenUsesTable } from "#lib/audit/table.ts";
import { defaultQuery } from "#lib/list-query/define-table.ts";
import { UseHistogram } from "./use-histogram.tsx";

test("a histogram that was given up says that it is too much, and what to do", () => {
  const [from, to] = ["2026-11-01T00:00:00.000Z", "2026-11-29T00:00:00.000Z"];
  const total = { issued: 0, allowed: 0, refused: 0 };
  const histogram = { from, to, bucketSeconds: 43_200, isCounted: false, buckets: [], total };
  const shown = renderToStaticMarkup(
    <UseHistogram histogram={histogram} query={defaultQuery(tokenUsesTable)} />,
  );
  expect(shown).toContain("Too much to count over time");
  expect(shown).toContain("Choose a shorter time, or add a filter.");
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { uuidv7 } from "../ids.ts";
import type { Page, Total } from "./define-table.ts";
import { parseListQueryStrict } from "./parse-list-query.ts";
import { pageOfShort, shortTable } from "./short-list.ts";

const TABLE = shortTable("things", "Name");
const nameOf = ({ name }: { name: string }) => name;
const ask = (given: Record<string, string>) => parseListQueryStrict(TABLE, given, []);

test("pages of any size, forwards and back again, have each row once and in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "A", "b", "Ä", "zebra", "10", "9", "🙈"), { maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom("name", "-name"),
      (names, size, sort) => {
        const rows = names.map((name, index) => ({ id: uuidv7(index), name }));
        const seen: string[] = [];
        let cursor: string | null = null;
        let last: string | null = null;
        do {
          const asked: Record<string, string> = {
            sort,
            size: String(size),
            ...(cursor === null ? {} : { cursor }),
          };
          const page: Page<{ id: string; name: string }> & { total: Total } = pageOfShort(
            TABLE,
            ask(asked),
            rows,
            nameOf,
          );
          expect(page.total).toEqual({ value: rows.length, isExact: true });
          expect(page.rows.length).toBeLessThanOrEqual(size);
          if (page.previous !== null && last !== null) {
            const back = pageOfShort(
              TABLE,
              ask({ sort, size: String(size), cursor: page.previous }),
              rows,
              nameOf,
            );
            expect(back.rows.at(-1)?.id).toBe(last);
          }
          seen.push(...page.rows.map(({ id }) => id));
          last = seen.at(-1) ?? null;
          cursor = page.next;
        } while (cursor !== null);
        expect(new Set(seen).size).toBe(rows.length);
        expect(seen).toHaveLength(rows.length);
      },
    ),
  );
});

test("rows are found by a part of their name, and a cursor of another list or order is refused", () => {
  const rows = ["Ana", "Ben", "Hannah"].map((name, index) => ({ id: uuidv7(index), name }));
  const found = pageOfShort(TABLE, ask({ q: "AN" }), rows, nameOf);
  expect(found.rows.map(nameOf)).toEqual(["Ana", "Hannah"]);
  const { next } = pageOfShort(TABLE, ask({ size: "1" }), rows, nameOf);
  expect(() => ask({ sort: "-name", cursor: String(next) })).toThrow("cursor");
  expect(() => parseListQueryStrict(shortTable("others", "Name"), { cursor: String(next) }, [])).toThrow(
    "cursor",
  );
});

import { expect, test } from "vitest";
import { z } from "zod";
import { parsePart } from "./parse-input.ts";

const schema = z.strictObject({
  name: z.string(),
  role: z.enum(["owner", "auditor"]),
  days: z.int("must be a whole number of days"),
});

test.each([
  [{}, ["name: is missing", "role: is missing", "days: must be a whole number of days"]],
  [{ name: 1, role: "king", days: 2 }, ["name: must be a text", "role: must be one of owner, auditor"]],
  [{ name: "a", role: "owner", days: 1.5 }, ["days: must be a whole number of days"]],
  [undefined, ["body: is missing"]],
])("what is wrong with %o is said in words", (given, says) => {
  try {
    parsePart(schema, given, "body");
    throw new Error("it passed");
  } catch (error) {
    const { fields } = error as { fields: { path: string; message: string }[] };
    expect(fields.map(({ path, message }) => `${path}: ${message}`)).toEqual(says);
  }
});

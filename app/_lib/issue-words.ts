import type { z } from "zod";

const TYPES: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** What is wrong with a value where its schema has no words of its own, as "name: …"; undefined leaves it to the library. */
export function issueWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined && (issue.code === "invalid_type" || issue.code === "invalid_value"))
    return "is missing";
  if (issue.code === "invalid_type") {
    const type = TYPES[issue.expected];
    return type === undefined ? undefined : `must be ${type}`;
  }
  if (issue.code === "invalid_value")
    return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}`;
  if (issue.code === "invalid_union") return "has none of the forms that it can have";
  return undefined;
}

import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { fieldWords, hasFieldWords } from "./change-words.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");

/** The names that an object has as it is written down, from behind its brace on: those of objects in it, and of what is spread into it, are not of them. */
function namesFrom(code: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let isAtName = true;
  for (let at = 0; at < code.length; at += 1) {
    const name = depth === 0 && isAtName ? /^\s*([A-Za-z]\w*)\s*[:,}]/.exec(code.slice(at, at + 120)) : null;
    if (name !== null) {
      names.push(name[1] as string);
      at = code.indexOf(name[1] as string, at) + (name[1] as string).length;
    }
    isAtName = code[at] === "," && depth === 0;
    if ("({[".includes(code[at] as string)) depth += 1;
    if (")}]".includes(code[at] as string)) depth -= 1;
    if (depth < 0) break;
  }
  return names;
}

/** Every field that an act has on record by name, of all that are written anywhere. */
function recordedFields(): string[] {
  const files = globSync("{lib,server}/**/*.ts", { cwd: ROOT }).filter(
    (file) => !/test|fixture|generated/.test(file),
  );
  const fields = files.flatMap((file) => {
    const code = readFileSync(path.join(ROOT, file), "utf8");
    if (!/recordEntr(?:y|ies)\(|act:/.test(code)) return [];
    return [...code.matchAll(/\b(?:before|after): (?:[\w.!]+ \? )?\{/g)].flatMap((match) =>
      namesFrom(code.slice(match.index + match[0].length)),
    );
  });
  return [...new Set(fields)].sort();
}

/** Read from its own parts each of these says what it is. A new field is not among them until somebody has looked at its words. */
const READ_WELL = `agent algorithm attributes case client columns compromisedFrom containedAt counter day description detections effectiveFrom email endedAt event families
  format found from groups instance keyId kind lastHeardAt lifetimeSeconds list liveTokens means memberOf method name networks noteId orders passkey permissions
  planId previousSignsUntil purpose receiverId recipient recipients reportId revokedTokens role scanner scannerId scope scopes sessionAddress severity
  signedInBy source state status step title to values`;

test("every field that an act has on record has words, or says what it is by its own", () => {
  const fields = recordedFields();
  expect(fields.length).toBeGreaterThan(100);
  const unworded = fields.filter((field) => !hasFieldWords(field));
  expect(
    unworded
      .filter((field) => !READ_WELL.split(/\s+/).includes(field))
      .map((field) => [field, fieldWords(field)]),
  ).toEqual([]);
  for (const field of fields)
    expect([field, fieldWords(field)]).toEqual([field, expect.stringMatching(/^[A-Z]/)]);
});

import { expect, test } from "vitest";
import { targetHref } from "./act-words.ts";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

test.each([
  [
    "a case by the number that its name begins with",
    { kind: "incident", id: ID, name: "#42 A #7 leaked" },
    "/incidents/42",
  ],
  ["a case whose title was erased", { kind: "incident", id: ID, name: "#42" }, "/incidents/42"],
  [
    "a case that somebody was refused, by the number they asked for",
    { kind: "incident", id: "42", name: "POST /incidents/{number}/notes" },
    "/incidents/42",
  ],
  ["no case for a name that begins with no number", { kind: "incident", id: ID, name: "#x 42" }, null],
  ["a token by its id", { kind: "token", id: ID, name: "#42 x" }, `/tokens/${ID}`],
  ["nothing for what has no page", { kind: "constructor", id: ID, name: "x" }, null],
])("what an act was upon leads to %s", (_, target, href) => {
  expect(targetHref(target)).toBe(href);
});

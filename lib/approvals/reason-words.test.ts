import { expect, test } from "vitest";
import { quotedReason, toldReason, UNSAID } from "./reason-words.ts";

test.each([
  ["api_token", "nightly clean-up", "“nightly clean-up”", "Their reason: nightly clean-up."],
  ["api_token", UNSAID, "It gave no reason.", "It gave no reason."],
  ["admin", UNSAID, "“It gave no reason.”", "Their reason: It gave no reason."],
])("of who is %s, “%s” is quoted as %s and told as %s", (actorKind, reason, quoted, told) => {
  expect(quotedReason({ reason, actorKind })).toBe(quoted);
  expect(toldReason({ reason, actorKind })).toBe(told);
});

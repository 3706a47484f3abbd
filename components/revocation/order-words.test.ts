import { expect, test } from "vitest";
import { type Confirmed, typedFor } from "./order-words.ts";

const plan = (
  kind: Confirmed["target"]["kind"],
  tokens: number,
  confirm: string | null,
  verb: Confirmed["verb"] = "revoke",
): Confirmed => ({
  verb,
  confirm,
  tokens: { value: tokens, isExact: true },
  target: { kind, id: "x", name: "Billing" },
});

test("of a selection the number is typed as the page writes it, and told as the plan wants it", () => {
  expect(typedFor(plan("selection", 11_930, null))).toEqual({ text: "11930 tokens", shown: "11,930 tokens" });
  expect(typedFor(plan("selection", 327_442, "327442 tokens"))).toEqual({
    text: "327442 tokens",
    shown: "327,442 tokens",
  });
});

test("of another target its name is, where there are many or the plan asks for it, and nothing of few", () => {
  expect(typedFor(plan("client", 21, null))).toEqual({ text: "Billing", shown: "Billing" });
  expect(typedFor(plan("everything", 3, "everything"))).toEqual({ text: "everything", shown: "everything" });
  expect(typedFor(plan("client", 20, null))).toBeNull();
  expect(typedFor(null)).toBeNull();
});

test("nothing is typed before a suspension, which is given back as easily, but where the plan asks for it", () => {
  expect(typedFor(plan("selection", 40, null, "suspend"))).toBeNull();
  expect(typedFor(plan("client", 99_999, null, "suspend"))).toBeNull();
  expect(typedFor(plan("client", 100_001, "Billing", "suspend"))).toEqual({
    text: "Billing",
    shown: "Billing",
  });
});

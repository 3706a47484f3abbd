import { expect, test } from "vitest";
import { mergeProps } from "./merge-props.ts";

test("calls the control's own handler and then the one that is put upon it, with what happened", () => {
  const heard: string[] = [];
  const merged = mergeProps(
    { onClick: (what: string) => heard.push(`own ${what}`) },
    { onClick: (what: string) => heard.push(`put ${what}`) },
  );
  (merged.onClick as (what: string) => void)("click");
  expect(heard).toEqual(["own click", "put click"]);
});

test("adds class names up, lets what is put upon a control win, and leaves out what is not said", () => {
  expect(
    mergeProps(
      { className: "a", "aria-label": "Columns", title: "x", onFocus: undefined },
      { className: "b", title: "y", "aria-label": undefined },
    ),
  ).toEqual({ className: "a b", "aria-label": "Columns", title: "y", onFocus: undefined });
});

import { expect, test } from "vitest";
import { parseWindow } from "./window-param.ts";

test.each([
  ["suggested", "suggested"],
  ["2026-11-29T10:00:00Z", new Date("2026-11-29T10:00:00Z")],
  ["2026-11-29T10:00", new Date("2026-11-29T10:00:00Z")],
  ["2026-11-29", new Date("2026-11-29T00:00:00Z")],
])("reads %s", (text, window) => expect(parseWindow(text)).toEqual(window));

test.each([
  undefined,
  "",
  "yesterday",
  "0",
  "2026-13-01",
  "2026-11-29T10:00:00Z'",
  ["suggested", "suggested"],
])("forgives %j", (text) => expect(parseWindow(text)).toBeNull());

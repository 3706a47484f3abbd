import { describe, expect, test } from "vitest";
import { line, optionalLine } from "./plain-text.ts";

const code = (text: string) => [...text].map((one) => `U+${one.codePointAt(0)?.toString(16)}`).join(" ");

describe("a name in which nothing is seen is none", () => {
  const invisible = [
    ...[0x00ad, 0x034f, 0x061c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180e],
    ...[0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x202e, 0x2060, 0x2061, 0x2063, 0x2066, 0x206f],
    ...[0x00a0, 0x2000, 0x2003, 0x2800, 0x3000, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xffa0],
    ...[0x1bca0, 0x1d173, 0xe0001, 0xe0020, 0xe0041, 0xe007f, 0xe0100, 0xe01ef],
  ].map((point) => String.fromCodePoint(point));
  const mixed = ["\u200b\u2060", "\u3164 \u3164", "\u2800\u00a0\u200d", "\u00ad\u{e0041}"];
  test.each(
    [...invisible, ...invisible.map((one) => `${one} ${one}`), ...mixed].map((text) => [code(text), text]),
  )("%s", (_code, text) => {
    expect(line(80).safeParse(text).success).toBe(false);
    const note = optionalLine(80).safeParse(text);
    expect(note.success ? note.data : "refused").toMatch(/^(?:|refused)$/);
  });

  test.each(["a\u202eb", "a\u2066b", "a\u200fb", "a\ufeffb", "a\u061cb"])(
    "a line that turns around: %j",
    (text) => {
      expect(line(80).safeParse(text).success).toBe(false);
    },
  );
});

describe("a name that is seen is kept as it is", () => {
  test.each([
    "a",
    "7",
    "-",
    "€",
    "漢字",
    "한글",
    "👩‍👩‍👧‍👦",
    "👍🏽",
    "❤️",
    "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "🇳🇱",
    "می\u200cخواهم",
    "क्\u200dष",
    "ക്\u200d",
    "e\u0301",
    "ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "co\u00adoperate",
    "⠓⠑⠇⠇⠕",
  ])("%s", (text) => {
    expect(line(80).parse(text)).toBe(text);
    expect(optionalLine(80).parse(text)).toBe(text);
  });
  test("and nothing at all is a note, not a name", () => {
    expect(optionalLine(80).parse("  ")).toBe("");
    expect(line(80).safeParse("  ").success).toBe(false);
  });
});

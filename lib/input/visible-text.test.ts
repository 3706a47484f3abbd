import { expect, test } from "vitest";
import { visibleText } from "./visible-text.ts";

const RANGES: [name: string, from: number, to?: number][] = [
  ["controls", 0x00, 0x08],
  ["escape", 0x1b],
  ["delete and controls of eight bits", 0x7f, 0x9f],
  ["soft hyphen", 0xad],
  ["joiner of graphemes", 0x034f],
  ["mark of Arabic letters", 0x061c],
  ["fillers of Hangul", 0x115f, 0x1160],
  ["vowels of Khmer that are not drawn", 0x17b4, 0x17b5],
  ["separator of Mongolian vowels", 0x180e],
  ["zero width, and marks of direction", 0x200b, 0x200f],
  ["separators of lines and paragraphs", 0x2028, 0x2029],
  ["directions", 0x202a, 0x202e],
  ["word joiner and invisible signs", 0x2060, 0x2064],
  ["isolates and old formats", 0x2066, 0x206f],
  ["filler", 0x3164],
  ["selectors", 0xfe00, 0xfe0f],
  ["byte order mark", 0xfeff],
  ["half filler", 0xffa0],
  ["annotations", 0xfff9, 0xfffb],
  ["formats of shorthand", 0x1bca0, 0x1bca3],
  ["formats of music", 0x1d173, 0x1d17a],
  ["tags", 0xe0001],
  ["letters of tags", 0xe0020, 0xe007f],
  ["more selectors", 0xe0100, 0xe01ef],
];

test.each(RANGES)("%s are seen", (_name, from, to = from) => {
  for (let point = from; point <= to; point += 1) {
    const hex = point.toString(16).toUpperCase().padStart(4, "0");
    const one = String.fromCodePoint(point);
    expect(visibleText(`pay${one}pal`)).toBe(`pay⟨U+${hex}⟩pal`);
    expect(visibleText(one)).toBe(`⟨U+${hex}⟩`);
  }
});

test("half a character is seen, and what stands twice or out of its place", () => {
  expect(visibleText("a\ud800b\udc00")).toBe("a⟨U+D800⟩b⟨U+DC00⟩");
  expect(visibleText("می\u200c\u200cخ")).toBe("می⟨U+200C⟩⟨U+200C⟩خ");
  expect(visibleText("a\u200d👩")).toBe("a⟨U+200D⟩👩");
  expect(visibleText("👩\u200d a")).toBe("👩⟨U+200D⟩ a");
  // letters behind a flag that are no flag's hide a message
  expect(visibleText("🏴\u{e0068}\u{e0069}")).toBe("🏴⟨U+E0068⟩⟨U+E0069⟩");
  expect(visibleText("漢\u{e0100}\u{e0101}")).toBe("漢\u{e0100}⟨U+E0101⟩");
});

test.each([
  "plain, with\ttabs\nand lines",
  "naïve Ünïcode — “quoted” …",
  "👩‍👩‍👧‍👦 👍🏽 ❤️ ☺︎ 1️⃣ 🇳🇱 🏳️‍🌈 👨🏿‍🚀",
  "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
  "می\u200cخواهم",
  "क्\u200dष ക്\u200d",
  "葛\u{e0100} 漢字 한글 ⵜⴰⵎⴰⵣⵉⵖⵜ ⠓⠑⠇⠇⠕",
  "e\u0301",
  "\u0600\u0661",
])("%s stays whole", (text) => {
  expect(visibleText(text)).toBe(text);
});

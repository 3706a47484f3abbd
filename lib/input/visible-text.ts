/** Nothing to look for stands in ASCII but controls: nearly every text has none. */
const PLAIN = /^[\t\n\r\x20-\x7e]*$/;

/** Scripts in which a joiner or non-joiner behind a letter changes how it is drawn, and one whose letters have selectors of their own. */
const JOINING =
  "\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Nkoo}\\p{scx=Mong}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Guru}\\p{scx=Gujr}\\p{scx=Orya}\\p{scx=Taml}\\p{scx=Telu}\\p{scx=Knda}\\p{scx=Mlym}\\p{scx=Sinh}\\p{scx=Khmr}\\p{scx=Mymr}\\p{scx=Tibt}";
const PICTURE = "\\p{Extended_Pictographic}(?:\\uFE0F|\\p{Emoji_Modifier})?";

/** Where such characters belong: emoji of several, whole; a joiner behind a letter of a joining script; a selector behind a Chinese character. */
const BELONGS = [
  "\\p{RGI_Emoji}",
  "\\p{Emoji}\\uFE0E",
  `${PICTURE}(?:\\u200D${PICTURE})*`,
  `[${JOINING}][\\u200C\\u200D\\u180B-\\u180D](?![\\u200C\\u200D])`,
  "\\p{scx=Hani}[\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}]",
].join("|");

/**
 * Drawn as nothing, or turning the text around them: controls but for white space, formats (zero-width, directions, soft hyphen, tags), separators of lines, fillers, halves of
 * characters. Signs that Unicode counts to the formats and that are drawn, over Arabic numbers, are none.
 */
const INVISIBLE =
  "[[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]--[\\t\\n\\r\\u0600-\\u0605\\u06DD\\u070F\\u0890\\u0891\\u08E2\\u{110BD}\\u{110CD}]]";
const EITHER = new RegExp(`(${BELONGS})|${INVISIBLE}`, "gv");

function named(one: string): string {
  return `⟨U+${(one.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/**
 * A text with every character written out that cannot be seen where it stands: a zero-width space as ⟨U+200B⟩, U+202E as ⟨U+202E⟩. So what strangers chose looks like nothing
 * else, and turns nothing around. Emoji, Persian and Indic words stay as they are. Browser-safe.
 */
export function visibleText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(EITHER, (one, belongs: string | undefined) => belongs ?? named(one));
}

// a control character in a header would begin another one
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Text from outside as one line of a mail, `max` characters at most. Browser-safe. */
export function oneLine(text: string, max: number): string {
  return text
    .toWellFormed()
    .replace(UNPRINTABLE, " ")
    .replace(/ {2,}/g, " ")
    .trim()
    .slice(0, max)
    .toWellFormed();
}

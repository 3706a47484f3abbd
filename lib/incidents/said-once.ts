/** Strings, and what may stand between the tokens of JSON. */
const STRING_OR_SPACE = /"[^"\\]*(?:\\.[^"\\]*)*"|[ \t\r\n]+/g;

/**
 * Whether JSON says each thing once, and as it is written from what was read of it, however it is set out. Of a name that stands twice in an object the last one is
 * read here; whoever looks at the text, or reads it with something else, may take the first.
 */
export function isSaidOnce(text: string, read: unknown): boolean {
  const bare = text.replace(STRING_OR_SPACE, (part) =>
    part.startsWith('"') ? JSON.stringify(JSON.parse(part)) : "",
  );
  return bare === JSON.stringify(read);
}

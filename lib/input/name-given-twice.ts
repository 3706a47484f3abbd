type Level = { names: Set<string> | null; name: string; index: number };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where a string that begins at `start` ends: past its quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (; text.charCodeAt(at) !== QUOTE; at += 1) if (text.charCodeAt(at) === BACKSLASH) at += 1;
  return at + 1;
}

function pathOf(levels: readonly Level[]): string {
  return levels.map(({ names, name, index }) => (names === null ? String(index) : name)).join(".");
}

/**
 * Finds a name that an object has twice: of two values readers take the first, the last or both, so what was checked may not be what is
 * done. Walks the text once, without recursion. `JSON.parse` keeps the last and tells nobody.
 *
 * @param text JSON that `JSON.parse` has taken.
 * @returns the path of the first such name, or null.
 * @see RFC 8259 section 4
 */
export function nameGivenTwice(text: string): string | null {
  const levels: Level[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at += 1) {
    const level = levels.at(-1);
    switch (text[at]) {
      case "{":
      case "[": {
        const isObject = text[at] === "{";
        levels.push({ names: isObject ? new Set() : null, name: "", index: 0 });
        isName = isObject;
        break;
      }
      case "}":
      case "]":
        levels.pop();
        isName = false;
        break;
      case ",":
        if (level?.names) isName = true;
        else if (level) level.index += 1;
        break;
      case '"': {
        const end = endOfString(text, at);
        if (isName && level?.names) {
          const name = JSON.parse(text.slice(at, end)) as string;
          level.name = name;
          if (level.names.has(name)) return pathOf(levels);
          level.names.add(name);
          isName = false;
        }
        at = end - 1;
      }
    }
  }
  return null;
}

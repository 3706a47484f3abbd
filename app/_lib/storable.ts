import { DomainError } from "#lib/errors.ts";

/** Levels of JSON that are looked at: the deepest input that anything takes has eight of its own. */
const MAX_DEPTH = 32;

type Place = { value: unknown; parent: Place | null; key: string; depth: number };

function pathOf(place: Place): string {
  const keys: string[] = [];
  for (let at: Place | null = place; at?.parent != null; at = at.parent) keys.unshift(at.key);
  return keys.join(".").replaceAll("\0", "").toWellFormed().slice(0, 100);
}

function problemOf(text: string): string | null {
  if (text.includes("\0")) return "has a NUL character";
  return text.isWellFormed() ? null : "has half a character (a lone surrogate)";
}

/**
 * Refuses input that PostgreSQL cannot hold as text or JSON, that names a prototype, or that is nested beyond reason, before anything walks it recursively.
 *
 * @param whole what the input is called as a whole.
 * @throws {DomainError} INVALID_INPUT naming the parameter.
 */
export function requireStorable(input: unknown, whole: string): void {
  const open: Place[] = [{ value: input, parent: null, key: "", depth: 0 }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value, depth } = place;
    const texts = [place.key, ...(typeof value === "string" ? [value] : [])];
    const problem =
      depth > MAX_DEPTH
        ? "is nested too deeply"
        : place.key === "__proto__"
          ? "is no name"
          : texts.map(problemOf).find((one) => one !== null);
    if (problem) {
      const path = pathOf(place) || whole;
      throw new DomainError("INVALID_INPUT", `${path}: ${problem}`, {
        fields: [{ path, message: problem }],
      });
    }
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value))
      open.push({ value: inner, parent: place, key, depth: depth + 1 });
  }
}

/** Of package.json; a test holds the two together. */
export const VERSION = "0.1.0";

/** What this package calls itself to the authority. */
export const AGENT = `@tokenwarden/verifier/${VERSION}`;

/** Compares versions part by part; what is no number counts as 0. */
export function isOlderThan(version: string, minimum: string): boolean {
  const [is, least] = [version, minimum].map((text) =>
    text
      .split(/[.-]/)
      .slice(0, 3)
      .map((part) => Number(part) || 0),
  );
  for (const [index, part] of (least ?? []).entries()) {
    const own = is?.[index] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}

/** Countries as filters and people write them: ISO 3166-1 alpha-2, and a word for no known one. Browser-safe. */

/** What no country is known of: a private address, one that no registry lists, or what was written before places were. */
export const UNKNOWN_COUNTRY = "unknown";

const NAMES = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
/** "Unknown Region" of CLDR: no country. */
const NONE = "ZZ";

/** The English name of a code, or the code where it has none. */
export function countryName(code: string): string {
  if (code === UNKNOWN_COUNTRY) return "Unknown place";
  return /^[A-Z]{2}$/.test(code) ? (NAMES.of(code) ?? code) : code;
}

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** A code that was given up stands for the one that took its place: UK is GB. */
const present = (code: string) => new Intl.Locale("und", { region: code }).region ?? code;

let known: readonly { code: string; name: string }[] | undefined;

/** Every country by its present code, in the order of names. */
export function allCountries(): readonly { code: string; name: string }[] {
  known ??= LETTERS.flatMap((one) => LETTERS.map((other) => one + other))
    .filter((code) => code !== NONE && present(code) === code)
    .flatMap((code) => {
      const name = NAMES.of(code);
      return name === undefined ? [] : [{ code, name }];
    })
    .sort((one, other) => one.name.localeCompare(other.name, "en"));
  return known;
}

/** The code that a code or an English name means, in any case, or UNKNOWN_COUNTRY; null for what is neither. */
export function parseCountry(text: string): string | null {
  const folded = text.toLowerCase();
  if (folded === UNKNOWN_COUNTRY) return UNKNOWN_COUNTRY;
  if (/^[a-z]{2}$/.test(folded)) {
    const code = present(folded.toUpperCase());
    return code === NONE || NAMES.of(code) === undefined ? null : code;
  }
  return allCountries().find(({ name }) => name.toLowerCase() === folded)?.code ?? null;
}

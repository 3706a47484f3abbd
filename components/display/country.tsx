const NAMES = new Intl.DisplayNames(["en"], { type: "region" });

/** The English name of an ISO 3166 code, or the code where it has none. */
export function countryName(code: string): string {
  try {
    return NAMES.of(code) ?? code;
  } catch {
    return code;
  }
}

/** A country by code and name; an unknown one says so. */
export function Country({ code }: { code: string | null }) {
  if (code === null || code === "") return <span className="faint">unknown place</span>;
  return (
    <span>
      <span className="mono">{code}</span> {countryName(code)}
    </span>
  );
}

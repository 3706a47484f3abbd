import { countryName, UNKNOWN_COUNTRY } from "#lib/list-query/country.ts";
import { Flag } from "./flag.tsx";

/** A country by flag and name, its code on hover; an unknown one says so. */
export function Country({ code }: { code: string | null }) {
  if (code === null || code === "" || code === UNKNOWN_COUNTRY)
    return <span className="faint">unknown place</span>;
  return (
    // a browser may know a country by another name than the server
    <span suppressHydrationWarning title={`${countryName(code)}, ${code}`}>
      <Flag code={code} />
      {countryName(code)}
    </span>
  );
}

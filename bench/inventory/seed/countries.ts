/** The most frequent first: a half of all networks are in the first, a handful in the last. */
export const COUNTRIES = [
  ..."DE US FR GB NL ES IT PL AT CH SE BE DK NO FI PT IE CZ RO HU GR CA BR IN JP AU SG MX ZA TR UA KR".split(
    " ",
  ),
  ..."IL AR CL NZ SK BG HR LT SI LV EE LU CY MT IS RS MD GE".split(" "),
] as const;
export const RAREST_COUNTRY = COUNTRIES[COUNTRIES.length - 1] as string;

/** The made-up country of a made-up network: /16, or /48 of version 6. Private networks of services have none. COPY's way of writing it. */
export function countryOf(address: string): string {
  if (address.startsWith("10.")) return "\\N";
  const network = address.includes(":") ? address.split(":").slice(0, 3) : address.split(".").slice(0, 3);
  let hash = 2_166_136_261;
  for (const letter of network.join(".")) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619) >>> 0;
  const share = (Math.imul(hash ^ (hash >>> 15), 2_246_822_519) >>> 0) / 2 ** 32;
  return COUNTRIES[Math.floor(share ** 4 * COUNTRIES.length)] as string;
}

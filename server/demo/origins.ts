import type { ClientKind } from "#lib/clients/model.ts";
import { samplePeople } from "#lib/demo/sample-people.ts";
import { SAMPLE_COUNTRIES, SHARE } from "#lib/demo/sample-places.ts";
import type { Origin } from "./authority-door.ts";

const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:149.0) Gecko/20100101 Firefox/149.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36 Edg/146.0.0.0",
];

function numberOf(text: string): number {
  let mixed = 2_166_136_261;
  for (const character of text) mixed = Math.imul(mixed ^ (character.codePointAt(0) ?? 0), 16_777_619);
  return mixed >>> 0;
}

const HOMES = new Map(samplePeople().map(({ email, country }) => [email, country]));

/** An address of the ranges that are kept for documentation, in one country, the same for the same name. @see RFC 5737, RFC 3849 */
function addressOf(name: string, country: number): string {
  const number = numberOf(name);
  const host = country * SHARE + 1 + ((number >>> 3) % (SHARE - 1));
  switch (number % 8) {
    case 0:
    case 1:
      return `2001:db8:${host.toString(16)}::${((number >>> 8) & 0xfff).toString(16)}`;
    case 2:
    case 3:
    case 4:
      return `203.0.113.${host}`;
    default:
      return `198.51.100.${host}`;
  }
}

/** Where a person's requests come from: their own place, seldom another, and the program that they use. */
export function personOrigin(email: string, clientId: string, kind: ClientKind, isAway: boolean): Origin {
  const userAgent =
    kind === "native"
      ? `northwind-deploy/3.${numberOf(email) % 7}.0 (${numberOf(email) % 2 === 0 ? "darwin" : "linux"})`
      : (BROWSERS[numberOf(`${email} ${clientId}`) % BROWSERS.length] as string);
  const home = Math.max(0, SAMPLE_COUNTRIES.indexOf(HOMES.get(email) ?? ""));
  const away = numberOf(`${email} away`) % SAMPLE_COUNTRIES.length;
  return { ip: isAway ? addressOf(`${email} away`, away) : addressOf(email, home), userAgent };
}

/** Where one running copy of a service is. */
export function serviceOrigin(clientId: string, copy: number): Origin {
  const host = 10 + (numberOf(clientId) % 30) * 8 + copy;
  return {
    ip: `192.0.2.${host % 254}`,
    userAgent: `${clientId}/2.${numberOf(clientId) % 20}.${copy} node/26`,
  };
}

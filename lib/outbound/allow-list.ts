import { BlockList, isIP } from "node:net";

/**
 * Addresses that may be called although they are not public: of a closed network, or of a test. `hosts` are names as URLs have them, `origins` those that
 * may be called without TLS too: `http://host:port`, `syslog+tcp://host:port`, `smtp://host:port`.
 */
export type OutboundAllow = {
  ranges: readonly string[];
  hosts: readonly string[];
  origins: readonly string[];
};

export const NOTHING_ALLOWED: OutboundAllow = { ranges: [], hosts: [], origins: [] };

const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

function isRange(entry: string): boolean {
  const [address = "", prefix, ...rest] = entry.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** What is not encrypted is called where its origin is named, and nowhere else. */
const PLAIN = ["http:", "syslog+tcp:", "smtp:"];

/** Scheme, host and port. `URL.origin` has none for schemes that are not the web's own. */
export function originOf(url: URL): string {
  return `${url.protocol}//${url.host}`;
}

/** The origin of an entry such as http://localhost:4010, or undefined where it has more to it. */
function plainOriginOf(entry: string): string | undefined {
  const url = URL.parse(entry);
  return url !== null && PLAIN.includes(url.protocol) && originOf(url) === entry ? entry : undefined;
}

/** `10.0.0.0/8, siem.internal, http://localhost:4010` by commas or spaces; undefined where an entry is none of the three. */
export function readOutboundAllow(value: string): OutboundAllow | undefined {
  const entries = value.split(/[\s,]+/).filter((entry) => entry !== "");
  const allow = { ranges: [] as string[], hosts: [] as string[], origins: [] as string[] };
  for (const entry of entries) {
    const origin = plainOriginOf(entry);
    if (isRange(entry)) allow.ranges.push(entry);
    else if (origin !== undefined) allow.origins.push(origin);
    else if (HOST.test(entry)) allow.hosts.push(entry);
    else return undefined;
  }
  return allow;
}

/** Whether an address lies in one of the ranges. */
export function createRangeCheck(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", prefix] = range.split("/");
    const family = isIP(network) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
  }
  return (address) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

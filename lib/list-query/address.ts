const IPV4 = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/** An IPv6 address in its shortest form, or null. The URL parser knows the rules, in browsers too. */
function parseIpv6(text: string): string | null {
  if (!/^[0-9a-f:.]{2,45}$/i.test(text) || !text.includes(":")) return null;
  return URL.canParse(`http://[${text}]/`) ? new URL(`http://[${text}]/`).hostname.slice(1, -1) : null;
}

/**
 * The network of 8 bits, or of 32 for version 6, that an address or network lies in, as PostgreSQL writes it; null for a wider one. Takes what
 * `parseAddress` gives.
 */
export function wideNetworkOf(address: string): string | null {
  const [host = "", prefix] = address.split("/");
  const isFour = !host.includes(":");
  if (prefix !== undefined && Number(prefix) < (isFour ? 8 : 32)) return null;
  if (isFour) return `${host.slice(0, host.indexOf("."))}.0.0.0/8`;
  const groups = host.split("::")[0]?.split(":") ?? [];
  const [first, second] = [groups[0] || "0", groups[1] || "0"];
  if (second !== "0") return `${first}:${second}::/32`;
  return first === "0" ? "::/32" : `${first}::/32`;
}

/** Whether a network is one of those that `wideNetworkOf` names. */
export function isWideNetwork(address: string): boolean {
  return address.split("/")[1] === (address.includes(":") ? "32" : "8");
}

/**
 * An IP address or a network in CIDR notation, in one way of writing, or null for any other text. Bits beyond a network's prefix are left as
 * they are. Browser-safe.
 */
export function parseAddress(text: string): string | null {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text);
  if (match === null) return null;
  const host = match[1] as string;
  const isFour = IPV4.test(host);
  const address = isFour ? host : parseIpv6(host);
  if (address === null) return null;
  const bits = isFour ? 32 : 128;
  const prefix = match[2] === undefined ? bits : Number(match[2]);
  if (prefix > bits) return null;
  return prefix === bits ? address : `${address}/${prefix}`;
}

/** The bits of an address: 32, or 128 for version 6, as one number. */
function bitsOf(address: string): bigint {
  if (!address.includes(":")) return address.split(".").reduce((sum, one) => (sum << 8n) | BigInt(one), 0n);
  const [head = "", tail] = address.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const all = [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after];
  return all.reduce((sum, one) => (sum << 16n) | BigInt(`0x${one}`), 0n);
}

/**
 * The network that a text means, or null for what is none: as `parseAddress`, and without bits beyond the prefix, so that it reads as what it holds. `10.0.0.5/8` is `10.0.0.0/8`.
 * Browser-safe.
 */
export function parseNetwork(text: string): string | null {
  const parsed = parseAddress(text);
  if (parsed === null || !parsed.includes("/")) return parsed;
  const [address = "", prefix] = parsed.split("/");
  const [size, width] = address.includes(":") ? [128, 16] : [32, 8];
  const beyond = BigInt(size - Number(prefix));
  const bits = (bitsOf(address) >> beyond) << beyond;
  const part = (n: number) => Number((bits >> BigInt(size - width * (n + 1))) & ((1n << BigInt(width)) - 1n));
  const parts = Array.from({ length: size / width }, (_, n) => part(n));
  return width === 8
    ? `${parts.join(".")}/${prefix}`
    : `${parseIpv6(parts.map((one) => one.toString(16)).join(":"))}/${prefix}`;
}

const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** An IP address as it is written in the log, whatever its spelling: the shortest form of version 6, and version 4 where it stands for that. Null for any other text. Browser-safe. */
export function plainAddress(text: string): string | null {
  const address = parseAddress(text);
  if (address === null || address.includes("/")) return null;
  const mapped = MAPPED.exec(address);
  if (mapped === null) return address;
  const [high, low] = [Number.parseInt(mapped[1] as string, 16), Number.parseInt(mapped[2] as string, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

import type { Sql } from "../db/sql.ts";

const WINDOW_MS = 15 * 60_000;
/** Failures in a window after which an account, or an address, has to wait for the next one. */
export const ACCOUNT_LIMIT = 10;
export const ADDRESS_LIMIT = 50;

/** The part of an address that one customer of a network holds: an IPv4 address, or the first 64 bits of an IPv6 one. */
export function addressKey(ip: string | null): string {
  if (ip === null) return "unknown";
  if (ip.toLowerCase().startsWith("::ffff:") && ip.includes(".")) return ip.slice(7);
  if (!ip.includes(":")) return ip;
  const [head = "", tail] = ip.split("%")[0]?.split("::") ?? [];
  const before = head.split(":").filter((group) => group !== "");
  const after = tail?.split(":").filter((group) => group !== "") ?? [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

export type Attempt = {
  isAllowed: boolean /** True for the attempt that closed the door. */;
  isFirstRefused: boolean;
  retryAfterSeconds: number;
};

const keysOf = (account: string, ip: string | null) => [`user ${account}`, `user-address ${addressKey(ip)}`];

/**
 * Counts an attempt before it is looked at, so that any number at once cannot get past the limit together. What succeeds is taken back with
 * `forgiveAttempts`.
 */
export async function countAttempt(
  sql: Sql,
  account: string,
  ip: string | null,
  now: Date,
): Promise<Attempt> {
  const start = Math.floor(now.getTime() / WINDOW_MS) * WINDOW_MS;
  const rows = await sql.query<{ key: string; failures: number }>(
    `INSERT INTO sign_in_attempt AS a (key, window_start, failures) SELECT k, $2::timestamptz, 1 FROM unnest($1::text[]) AS k ORDER BY k
     ON CONFLICT (key, window_start) DO UPDATE SET failures = a.failures + 1 RETURNING key, failures`,
    [keysOf(account, ip), new Date(start)],
  );
  const excess = rows.map(
    ({ key, failures }) => failures - (key.startsWith("user-address ") ? ADDRESS_LIMIT : ACCOUNT_LIMIT),
  );
  return {
    isAllowed: excess.every((over) => over <= 0),
    isFirstRefused: excess.every((over) => over <= 1),
    retryAfterSeconds: Math.max(1, Math.ceil((start + WINDOW_MS - now.getTime()) / 1_000)),
  };
}

/** Forgets an account's failures and takes the address's last one back. */
export async function forgiveAttempts(sql: Sql, account: string, ip: string | null): Promise<void> {
  const [accountKey, address] = keysOf(account, ip);
  await sql.query("DELETE FROM sign_in_attempt WHERE key = $1::text", [accountKey as string]);
  await sql.query("UPDATE sign_in_attempt SET failures = greatest(failures - 1, 0) WHERE key = $1::text", [
    address as string,
  ]);
}

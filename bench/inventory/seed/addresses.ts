import type { RandomIds } from "./random-ids.ts";

/** Addresses from ranges that are set aside: shared (100.64/10), benchmarks (198.18/15), private (10/8), documentation (2001:db8::/32). */
export function addressOfUser(random: RandomIds, user: number): string {
  const isAway = random.chance(0.15);
  const place = isAway ? random.below(1 << 17) : Math.imul(user, 2_654_435_761) >>> 10;
  if (isAway) return `198.${18 + (place >> 16)}.${(place >> 8) & 255}.${place & 255}`;
  if (user % 7 === 0) return `2001:db8:${(place >> 6).toString(16)}::${(user % 4_096).toString(16)}`;
  return `100.${64 + (place >> 16)}.${(place >> 8) & 255}.${place & 255}`;
}

export function addressOfService(random: RandomIds, client: number): string {
  return `10.${client}.${random.below(4)}.${1 + random.below(20)}`;
}

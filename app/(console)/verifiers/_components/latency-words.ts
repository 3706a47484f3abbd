import type { LatencyUs } from "#lib/verifiers/model.ts";

/** `412 µs`, `1.8 ms`. */
function microWords(us: number): string {
  return us < 1_000 ? `${us} µs` : `${(us / 1_000).toFixed(us < 10_000 ? 1 : 0)} ms`;
}

/** `412 µs / 1.8 ms`: half of all checks took no longer than the first, all but one in a hundred no longer than the second. */
export function latencyWords({ p50, p99 }: LatencyUs): string {
  return `${microWords(p50)} / ${microWords(p99)}`;
}

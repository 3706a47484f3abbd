import { inflateSync } from "node:zlib";

export type StatusListReport = {
  /** Of the signed answer. */
  bytes: number;
  /** Until the first answer, which has to be made. */
  firstSeconds: number;
  /** Until one that is there already. */
  nextMs: number;
  /** Tokens that it calls invalid. */
  revoked: number;
};

async function fetchList(authority: string, id: number): Promise<{ text: string; ms: number }> {
  const startedAt = performance.now();
  const response = await fetch(`${authority}/status-lists/${id}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`status list ${id}: ${response.status} ${text.slice(0, 200)}`);
  return { text, ms: performance.now() - startedAt };
}

/** Gets a status list twice, and counts what it says. @see draft-ietf-oauth-status-list-21 section 4.1 */
export async function measureStatusList(authority: string, id: number): Promise<StatusListReport> {
  const first = await fetchList(authority, id);
  const next = await fetchList(authority, id);
  const payload = JSON.parse(Buffer.from(first.text.split(".")[1] ?? "", "base64url").toString("utf8")) as {
    status_list: { bits: number; lst: string };
  };
  const { bits, lst } = payload.status_list;
  const mask = (1 << bits) - 1;
  let revoked = 0;
  for (const byte of inflateSync(Buffer.from(lst, "base64url")))
    for (let shift = 0; shift < 8; shift += bits) if (((byte >> shift) & mask) === 1) revoked += 1;
  return { bytes: first.text.length, firstSeconds: first.ms / 1_000, nextMs: next.ms, revoked };
}

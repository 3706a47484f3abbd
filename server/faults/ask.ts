import { post } from "#server/authority/test-authority.ts";
import type { Minted } from "./mint.ts";

/** An answer as a client sees it; `status` 0 where none came. */
export type Answer = {
  status: number;
  body: Record<string, unknown>;
  ms: number;
};

async function read(asked: Promise<Response>): Promise<Answer> {
  const startedAt = performance.now();
  try {
    const response = await asked;
    const text = await response.text();
    const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
    return { status: response.status, body, ms: performance.now() - startedAt };
  } catch {
    return { status: 0, body: {}, ms: performance.now() - startedAt };
  }
}

export function askRefresh(url: string, client: Minted["client"], value: string): Promise<Answer> {
  const form = { grant_type: "refresh_token", refresh_token: value, client_id: client.clientId };
  return read(post(`${url}/oauth/token`, form));
}

export function askIntrospection(url: string, token: string, secret: string, path = "/"): Promise<Answer> {
  const headers = { authorization: `Bearer ${secret}`, "x-original-uri": path };
  return read(post(`${url}/oauth/introspect`, { token }, headers));
}

export function askVerify(url: string, token: string, secret: string, path = "/"): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${token}`,
    "x-tokenwarden-verifier": secret,
    "x-original-uri": path,
  };
  return read(fetch(`${url}/verify`, { headers }));
}

/** Reports of a verifier, as it sends them. */
export function askEvents(url: string, secret: string, batch: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
  return read(fetch(`${url}/events`, { method: "POST", headers, body: JSON.stringify(batch) }));
}

export function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

/** Does work on items, so many at once. */
export async function inTurn<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

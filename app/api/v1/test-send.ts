import type { ConsoleProcess } from "#app/_lib/test-built-console.ts";

export type Answer = { status: number; body: Record<string, unknown> };
export type Sent = { method?: string; json?: unknown; headers?: Record<string, string> };

/** What one process of the console answers somebody's browser. */
export async function send(
  { origin }: ConsoleProcess,
  { cookie }: { cookie: string },
  path: string,
  { method = "POST", json, headers = {} }: Sent = {},
): Promise<Answer> {
  const response = await fetch(`${origin}/api/v1/${path}`, {
    method,
    headers: {
      cookie,
      ...(method === "GET" ? {} : { origin, "sec-fetch-site": "same-origin" }),
      ...(json === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

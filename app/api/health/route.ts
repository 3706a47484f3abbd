import { getDatabase } from "#app/_lib/database.ts";

/** 200 while the console can reach its database, else 503. Public, and says no more. */
export async function GET(): Promise<Response> {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  try {
    await getDatabase().query("SELECT 1 AS one");
    return new Response('{"status":"ok"}', { status: 200, headers });
  } catch {
    return new Response('{"status":"unavailable"}', { status: 503, headers });
  }
}

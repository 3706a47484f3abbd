import type { Outbound } from "../outbound/outbound.ts";

const TIMEOUT_MS = 5_000;
const ANSWER_MAX_BYTES = 512 * 1024;

/** A `fetch` of the guarded way out, for a library that speaks to a provider. Redirects are refused, times and sizes are bounded. @throws {OutboundError} */
export function outboundFetch(outbound: Outbound) {
  return async (
    url: string,
    { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
  ): Promise<Response> => {
    const answer = await outbound.request({
      url,
      method: method === "POST" ? "POST" : "GET",
      headers: { ...headers, "user-agent": "tokenwarden" },
      body: body === undefined || body === null ? undefined : String(body),
      timeoutMs: TIMEOUT_MS,
      maxAnswerBytes: ANSWER_MAX_BYTES,
    });
    // of the headers nothing is read but what the body is
    const type = answer.headers["content-type"];
    return new Response(answer.body.length === 0 ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: type === undefined ? {} : { "content-type": type },
    });
  };
}

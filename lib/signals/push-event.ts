import { redactSecrets } from "../audit/redact.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { OutboundError } from "../outbound/outbound-error.ts";

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES = 16 * 1024;
const ERROR_CHARACTERS = 300;

/** What became of one push: taken; not now; or refused for what the event is, whoever asks how often. `why` may be shown. */
export type Pushed = { outcome: "taken" } | { outcome: "failed" | "refused"; why: string };

/**
 * Sends one SET. Any 2xx takes it; everything else is a failure, told apart by whether the receiver says that it cannot do anything with this very event.
 *
 * @see RFC 8935 section 2
 */
export async function pushEvent(
  outbound: Outbound,
  {
    url,
    authorization,
    set,
    signal,
  }: { url: string; authorization: string | null; set: string; signal: AbortSignal },
): Promise<Pushed> {
  try {
    const { status, body } = await outbound.request({
      url,
      method: "POST",
      headers: {
        "content-type": "application/secevent+jwt",
        accept: "application/json",
        "user-agent": "tokenwarden",
        ...(authorization === null ? {} : { authorization }),
      },
      body: set,
      timeoutMs: TIMEOUT_MS,
      maxAnswerBytes: ANSWER_BYTES,
      signal,
    });
    if (status >= 200 && status < 300) return { outcome: "taken" };
    const { code, description } = errorOf(status, body);
    const why = [`answers ${status}`, code, description].filter((part) => part !== null).join(": ");
    return { outcome: code === "invalid_request" ? "refused" : "failed", why: shown(why) };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return { outcome: "failed", why: error.message };
  }
}

/** What a receiver says of a 400. @see RFC 8935 section 2.3 */
function errorOf(status: number, body: Buffer): { code: string | null; description: string | null } {
  if (status !== 400) return { code: null, description: null };
  try {
    const { err, description } = JSON.parse(body.toString("utf8")) as Record<string, unknown>;
    return {
      code: typeof err === "string" ? err : null,
      description: typeof description === "string" ? description : null,
    };
  } catch {
    return { code: null, description: null };
  }
}

/** A receiver's words, fit for a page: one printable line without secrets. */
export function shown(text: string): string {
  return redactSecrets(text.toWellFormed().replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")).slice(0, ERROR_CHARACTERS);
}

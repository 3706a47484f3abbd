import { createHash, createHmac } from "node:crypto";
import type { Outbound } from "../outbound/outbound.ts";
import { OutboundError } from "../outbound/outbound-error.ts";
import { shown } from "../signals/push-event.ts";
import { signingKeyOf } from "./sealed-values.ts";
import { type Sent, SINK_TIMEOUT_MS } from "./sent.ts";

const ANSWER_BYTES = 16 * 1024;
const ANSWER_SHOWN = 200;
const RETRY_AFTER_MAX_MS = 60 * 60_000;

export type Webhook = {
  url: string;
  /** The present key, and the one before while it signs too; each as it was shown. */
  secrets: readonly string[];
  authorization: string | null;
};

/** The signatures of a body, by each key. @see Standard Webhooks, "Signature scheme" */
function signaturesOf(secrets: readonly string[], id: string, timestamp: number, body: string): string {
  return secrets
    .map((secret) =>
      createHmac("sha256", signingKeyOf(secret)).update(`${id}.${timestamp}.${body}`).digest("base64"),
    )
    .map((signature) => `v1,${signature}`)
    .join(" ");
}

/** A batch that is sent again as it was has the id that it had. */
function messageId(streamId: string, body: string): string {
  return `msg_${createHash("sha256").update(`${streamId}\n${body}`).digest("base64url").slice(0, 27)}`;
}

/**
 * Sends a batch, one event a line. Any 2xx takes it; 410 says that nobody is there any more, 413 that it is too large; everything else is waited for, as long as `Retry-After` says.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export async function sendWebhook(
  outbound: Outbound,
  { url, secrets, authorization }: Webhook,
  {
    streamId,
    lines,
    now,
    signal,
  }: { streamId: string; lines: readonly string[]; now: Date; signal?: AbortSignal },
): Promise<Sent> {
  const body = `${lines.join("\n")}\n`;
  const id = messageId(streamId, body);
  const timestamp = Math.floor(now.getTime() / 1_000);
  try {
    const {
      status,
      headers,
      body: answer,
    } = await outbound.request({
      url,
      method: "POST",
      headers: {
        "content-type": "application/x-ndjson",
        "user-agent": "tokenwarden",
        "webhook-id": id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": signaturesOf(secrets, id, timestamp, body),
        ...(authorization === null ? {} : { authorization }),
      },
      body,
      timeoutMs: SINK_TIMEOUT_MS,
      maxAnswerBytes: ANSWER_BYTES,
      signal,
    });
    return readAnswer(status, headers, answer, now);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return { outcome: "failed", why: error.message };
  }
}

function readAnswer(status: number, headers: Record<string, string>, body: Buffer, now: Date): Sent {
  const said = shown(body.toString("utf8")).trim().slice(0, ANSWER_SHOWN);
  const why = said === "" ? `answers ${status}` : `answers ${status}: ${said}`;
  if (status >= 200 && status < 300) return { outcome: "taken", answer: why };
  if (status === 410) return { outcome: "gone", why };
  if (status === 413) return { outcome: "too_large", why };
  const retryAfterMs = retryAfterOf(headers["retry-after"], now);
  return { outcome: "failed", why, ...(retryAfterMs === null ? {} : { retryAfterMs }) };
}

/** Seconds, or a date. @see RFC 9110 section 10.2.3 */
function retryAfterOf(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now.getTime();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS);
}

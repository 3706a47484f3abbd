import { randomBytes } from "node:crypto";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import type { Outbound } from "../outbound/outbound.ts";

/** What it takes to keep a sink's address and its secrets. */
export type SinkKeeping = { outbound: Outbound; wrapper: KeyWrapper };

/** What the key of a stream's signatures is bound to, the present one and the one before. */
export const signingSecretLabel = (streamId: string) => `event stream ${streamId} key`;
/** What a stream's Authorization is bound to. */
export const sinkAuthorizationLabel = (streamId: string) => `event stream ${streamId} authorization`;

/** The beginning of a key as Standard Webhooks writes it. */
const SECRET_PREFIX = "whsec_";

/** A new key of 256 bits, as it is shown once. @see Standard Webhooks, "Webhook secret" */
export function newSigningSecret(): string {
  return `${SECRET_PREFIX}${randomBytes(32).toString("base64")}`;
}

/** The bytes that sign. */
export function signingKeyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(SECRET_PREFIX.length), "base64");
}

/** Seals a text; `label` is what it is bound to. */
export function wrapText(wrapper: KeyWrapper, label: string, value: string): Promise<Buffer> {
  return wrapper.wrap(Buffer.from(value, "utf8"), label);
}

/** Opens it again. @throws {DomainError} SEALED */
export async function openText(wrapper: KeyWrapper, label: string, wrapped: Buffer): Promise<string> {
  return (await wrapper.unwrap(wrapped, label)).toString("utf8");
}

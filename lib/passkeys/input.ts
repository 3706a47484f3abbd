import { z } from "zod";
import { line } from "../input/plain-text.ts";
import { PASSKEY_NAME_MAX, TRANSPORTS } from "./model.ts";

/** base64url without padding. */
const bytes = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9_-]*$/, "is not base64url");

/** As it came with the options: sealed, and good for the one use it was made for. */
export const sealedChallenge = z.string().min(1).max(2000);

const passkeyName = line(PASSKEY_NAME_MAX);

/** What the browser's `navigator.credentials.get` gave, as JSON. @see WebAuthn level 3, section 5.1 (AuthenticationResponseJSON) */
export const passkeyAnswer = z.object({
  id: bytes(1400).min(1),
  rawId: bytes(1400).min(1),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: bytes(4000).min(1),
    authenticatorData: bytes(4000).min(1),
    signature: bytes(4000).min(1),
    userHandle: bytes(200).optional(),
  }),
});
export type PasskeyAnswer = z.output<typeof passkeyAnswer>;

/** What `navigator.credentials.create` gave, as JSON. @see WebAuthn level 3, section 5.1 (RegistrationResponseJSON) */
const madePasskey = z.object({
  id: bytes(1400).min(1),
  rawId: bytes(1400).min(1),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: bytes(4000).min(1),
    attestationObject: bytes(16_000).min(1),
    transports: z.array(z.string().max(40)).max(10).default([]),
  }),
});

export const registerPasskeyInput = z.strictObject({
  challenge: sealedChallenge,
  name: passkeyName,
  passkey: madePasskey,
});
export type RegisterPasskeyInput = z.output<typeof registerPasskeyInput>;

export const renamePasskeyInput = z.strictObject({ name: passkeyName });

/** The transports that are known; a browser may tell newer ones. */
export function knownTransports(told: readonly string[]): string[] {
  return TRANSPORTS.filter((one) => told.includes(one));
}

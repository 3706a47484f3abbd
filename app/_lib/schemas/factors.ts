import { z } from "zod";
import { SESSIONS_SHOWN } from "#lib/admins/model.ts";
import { PASSWORD_USES, TRANSPORTS } from "#lib/passkeys/model.ts";
import { SIGN_IN_METHODS, STEP_UP_KINDS } from "#lib/step-up/model.ts";
import { instant } from "./paging.ts";
import { providerRef } from "./sign-in.ts";

export const passkeyRow = z.object({
  id: z.uuid(),
  name: z.string(),
  transports: z.array(z.enum(TRANSPORTS)),
  isSyncable: z.boolean(),
  isBackedUp: z.boolean(),
  createdAt: instant,
  lastUsedAt: instant.nullable(),
  blockedAt: instant.nullable(),
});

export const factors = z.object({
  password: z.object({ use: z.enum(PASSWORD_USES), setAt: instant.nullable() }),
  passkeys: z.array(passkeyRow),
  hasTotp: z.boolean(),
  recoveryCodes: z.object({ left: z.int(), made: z.int(), madeAt: instant.nullable() }),
});

/** `options` are WebAuthn's own, as JSON: hand them to the browser unchanged, and `challenge` back with its answer. */
export const passkeyOffer = z.object({
  options: z.looseObject({ challenge: z.string() }),
  challenge: z.string(),
  expiresAt: instant,
});

export const stepUpOffer = z.object({
  passkey: passkeyOffer.nullable(),
  hasTotp: z.boolean(),
  provider: providerRef.nullable(),
});

export const provenStepUp = z.object({ kind: z.enum(STEP_UP_KINDS), provenUntil: instant });

const adminSessionRow = z.object({
  id: z.uuid(),
  isCurrent: z.boolean(),
  device: z.string(),
  ip: z.string().nullable(),
  country: z.string().nullable(),
  signedInBy: z.enum(SIGN_IN_METHODS).nullable(),
  provider: providerRef.nullable(),
  isBreakGlass: z.boolean(),
  createdAt: instant,
  lastSeenAt: instant,
  endsAt: instant,
});

export const adminSessions = z.object({
  rows: z.array(adminSessionRow).max(SESSIONS_SHOWN),
  total: z.int(),
});

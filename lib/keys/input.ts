import { z } from "zod";
import { seenVersion } from "../input/plain-text.ts";
import { plannedOrderInput } from "../order-plans/input.ts";
import { revocationInput } from "../revocations/input.ts";
import { JWKS_CACHE_SECONDS, KEY_ALGORITHMS, KEY_KEEP_DAYS, KEY_PURPOSES, POLICY_DAYS_MAX } from "./model.ts";

/** A key's id, as `generateKey` makes it. */
export const kidInput = z.string().regex(/^[\w.-]{1,128}$/, "is not a key's id");

/** A later instant, with its zone. */
const later = z.iso
  .datetime({ offset: true, error: "is no instant: write 2026-11-25T09:00:00Z" })
  .transform((text) => new Date(text))
  .refine((at) => at.getUTCFullYear() >= 1970 && at.getUTCFullYear() <= 9999, "is no instant of this era");

/**
 * What a planned rotation takes: whose key is replaced, by one of which algorithm, and when; without an algorithm by one of the same, without a time
 * as soon as every cache can have it.
 */
export const rotateKeyInput = revocationInput.extend({
  purpose: z.enum(KEY_PURPOSES),
  algorithm: z.enum(KEY_ALGORITHMS).optional(),
  activatesAt: later.optional(),
});
export type RotateKeyInput = z.output<typeof rotateKeyInput>;

/** Why a key is changed. */
export const changeKeyInput = revocationInput;
export type ChangeKeyInput = z.output<typeof changeKeyInput> & { kid: string };

/** What an emergency takes: the plan that was shown, and the key's id typed. */
export const emergencyInput = plannedOrderInput.omit({ target: true });
export type EmergencyInput = z.output<typeof emergencyInput> & { kid: string };

/** What a change of a rotation policy takes. */
export const keyPolicyInput = z
  .strictObject({
    version: z.int(),
    /** Without it the one that signs. */
    algorithm: z.enum(KEY_ALGORITHMS).optional(),
    isOn: z.boolean(),
    everyDays: z
      .int("must be a whole number of days")
      .min(1, "must be at least a day")
      .max(POLICY_DAYS_MAX, `must be at most ${POLICY_DAYS_MAX} days`),
    aheadDays: z.int("must be a whole number of days").min(0, "must be at least 0 days"),
  })
  .refine(({ everyDays, aheadDays }) => aheadDays < everyDays, {
    path: ["aheadDays"],
    error: "must be less than the days between rotations",
  });
export type KeyPolicyInput = z.output<typeof keyPolicyInput> & { purpose: string };

/** What a change of the key settings takes; `version` is the organisation's. */
export const keySettingsInput = z.strictObject({
  version: seenVersion,
  jwksCacheSeconds: z
    .int("must be a whole number of seconds")
    .min(JWKS_CACHE_SECONDS.min, `must be at least ${JWKS_CACHE_SECONDS.min} seconds`)
    .max(JWKS_CACHE_SECONDS.max, `must be at most ${JWKS_CACHE_SECONDS.max} seconds`),
  keyKeepDays: z
    .int("must be a whole number of days")
    .min(KEY_KEEP_DAYS.min, `must be at least ${KEY_KEEP_DAYS.min} days`)
    .max(KEY_KEEP_DAYS.max, `must be at most ${KEY_KEEP_DAYS.max} days`),
});
export type KeySettingsInput = z.output<typeof keySettingsInput>;

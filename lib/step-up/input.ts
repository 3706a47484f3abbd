import { z } from "zod";
import { passkeyAnswer, sealedChallenge } from "../passkeys/input.ts";
import { STEP_UP_KINDS } from "./model.ts";

const kind = z.enum(STEP_UP_KINDS);

/** The one act that the proof is for, as the refusal named it. */
const subject = z
  .string()
  .regex(/^[0-9a-f-]{32,64}$/, "is not what the refusal named")
  .optional();
const isFitting = (given: { kind: string; subject?: string | undefined }) =>
  given.subject === undefined || given.kind === "approvals";
const UNFIT = { path: ["subject"], message: "is for approvals alone" };

export const beginStepUpInput = z.strictObject({ kind, subject }).refine(isFitting, UNFIT);

/** Either proof: six digits of the authenticator app as `code`, or a `passkey` over the offered `challenge`. */
export const proveStepUpInput = z
  .strictObject({
    method: z.enum(["totp", "passkey"]),
    kind,
    subject,
    code: z
      .string()
      .regex(/^\d{6}$/, "must be six digits")
      .optional(),
    challenge: sealedChallenge.optional(),
    passkey: passkeyAnswer.optional(),
  })
  .refine(isFitting, UNFIT)
  .refine(({ method, code }) => method !== "totp" || code !== undefined, {
    path: ["code"],
    message: "is missing",
  })
  .refine(
    ({ method, challenge, passkey }) =>
      method !== "passkey" || (challenge !== undefined && passkey !== undefined),
    { path: ["passkey"], message: "is missing, or its challenge is" },
  );

export type ProveStepUpInput = z.output<typeof proveStepUpInput>;

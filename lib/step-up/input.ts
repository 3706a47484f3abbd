import { z } from "zod";
import { passkeyAnswer, sealedChallenge } from "../passkeys/input.ts";
import { STEP_UP_KINDS } from "./model.ts";

const kind = z.enum(STEP_UP_KINDS);

export const beginStepUpInput = z.strictObject({ kind });

/** Either proof; `code` is six digits of the authenticator app. */
export const proveStepUpInput = z.discriminatedUnion("method", [
  z.strictObject({
    method: z.literal("totp"),
    kind,
    code: z.string().regex(/^\d{6}$/, "must be six digits"),
  }),
  z.strictObject({
    method: z.literal("passkey"),
    kind,
    challenge: sealedChallenge,
    passkey: passkeyAnswer,
  }),
]);

export type ProveStepUpInput = z.output<typeof proveStepUpInput>;

import { z } from "zod";
import { CONFIRM_RESTORE_WORD } from "./model.ts";

/** The confirmation that the database may be older than what is kept outside of it. */
export const confirmRestoreInput = z.strictObject({
  /** Whether all tokens that were issued until now are revoked with it: which of them had been since the dump, nobody knows. */
  revokesTokens: z.boolean(),
  confirm: z.literal(CONFIRM_RESTORE_WORD, { error: `must be "${CONFIRM_RESTORE_WORD}"` }),
});

export type ConfirmRestoreInput = z.output<typeof confirmRestoreInput>;

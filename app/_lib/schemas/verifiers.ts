import { z } from "zod";
import { AUDIT_MODES, CHECK_WAYS, VERIFIER_MODES, VERIFIER_STATES } from "#lib/verifiers/model.ts";
import { idParams, instant } from "./paging.ts";

export const verifierRow = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  state: z.enum(VERIFIER_STATES),
  mode: z.enum(VERIFIER_MODES),
  maxStalenessSeconds: z.int(),
  auditMode: z.enum(AUDIT_MODES),
  checkWay: z.enum(CHECK_WAYS),
  audiences: z.array(z.object({ id: z.uuid(), name: z.string(), title: z.string() })),
  lastSeenAt: instant.nullable(),
  createdAt: instant,
});

/** Its value is in the answer that made it, nowhere else. `lastUsedAt` is true to the minute. */
const verifierSecret = z.object({
  id: z.uuid(),
  hint: z.string(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
});

export const secretParams = idParams.extend({ secretId: z.uuid("is not an id").toLowerCase() });

export const verifierDetail = verifierRow.extend({
  secrets: z.array(verifierSecret),
  disabledAt: instant.nullable(),
  updatedAt: instant,
  version: z.int(),
});

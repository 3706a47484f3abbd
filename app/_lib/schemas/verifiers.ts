import { z } from "zod";
import { AUDIT_MODES, CHECK_WAYS, VERIFIER_MODES, VERIFIER_STATES } from "#lib/verifiers/model.ts";
import { instant } from "./paging.ts";

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
  hint: z.string(),
  lastSeenAt: instant.nullable(),
  createdAt: instant,
});

export const verifierDetail = verifierRow.extend({
  disabledAt: instant.nullable(),
  updatedAt: instant,
  version: z.int(),
});

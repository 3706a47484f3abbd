import { z } from "zod";
import { SEEN_WAYS } from "#lib/propagation/model.ts";
import { AUDIT_MODES, CHECK_WAYS, VERIFIER_MODES, VERIFIER_STATES } from "#lib/verifiers/model.ts";
import { idParams, instant } from "./paging.ts";
import { verifierPropagation } from "./propagation.ts";
import { secretRef } from "./secrets.ts";

/** Microseconds. */
const latencyUs = z.object({ p50: z.int(), p99: z.int() }).nullable();

const verifierRow = z.object({
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
  answeredUs: latencyUs,
  createdAt: instant,
});

/** `uses` and `lost` are of the last 24 hours; `uses` is null where they cannot be counted in time. */
export const verifierListRow = verifierRow.extend({
  propagation: verifierPropagation,
  uses: z.object({ allowed: z.int(), refused: z.int() }).nullable(),
  lost: z.int(),
  latencyUs,
});

export const verifierInstances = z.object({
  count: z.int(),
  instances: z.array(
    z.object({
      id: z.uuid(),
      way: z.enum(SEEN_WAYS),
      agent: z.string().nullable(),
      mode: z.enum(VERIFIER_MODES).nullable(),
      maxStalenessSeconds: z.int().nullable(),
      isLive: z.boolean(),
      position: z.string().nullable(),
      behindBy: z.int().nullable(),
      firstSeenAt: instant,
      lastHeardAt: instant,
      endedAt: instant.nullable(),
      endedBy: z.string().nullable(),
      accepted: z.int(),
      refused: z.int(),
      stale: z.int(),
      lost: z.int(),
      latencyUs,
    }),
  ),
});

export const instanceParams = idParams.extend({ instanceId: z.uuid("is not an id").toLowerCase() });

export const verifierDetail = verifierRow.extend({
  secrets: z.array(secretRef),
  disabledAt: instant.nullable(),
  updatedAt: instant,
  version: z.int(),
});

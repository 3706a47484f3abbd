import { z } from "zod";
import { kidInput } from "#lib/keys/input.ts";
import { KEY_ALGORITHMS, KEY_HOLDINGS, KEY_PURPOSES, KEY_STATES } from "#lib/keys/model.ts";
import { instant, total } from "./paging.ts";
import { orderPlan, plannedOrderResult } from "./revocations.ts";

/** The `{purpose}` of a path. What is no purpose names nothing. */
export const purposeParams = z.object({ purpose: z.string().regex(/^[\w-]{1,40}$/, "is not a purpose") });

export const keyPolicy = z.object({
  purpose: z.enum(KEY_PURPOSES),
  algorithm: z.enum(KEY_ALGORITHMS),
  isSigning: z.boolean(),
  isOn: z.boolean(),
  everyDays: z.int(),
  aheadDays: z.int(),
  version: z.int(),
  next: z.object({ announcesAt: instant, activatesAt: instant }).nullable(),
});

export const keySettings = z.object({
  jwksCacheSeconds: z.int(),
  keyKeepDays: z.int(),
  cachedUntil: instant.nullable(),
  version: z.int(),
});

/** The `{kid}` of a path. */
export const kidParams = z.object({ kid: kidInput });

export const keyRow = z.object({
  kid: z.string(),
  purpose: z.enum(KEY_PURPOSES),
  algorithm: z.enum(KEY_ALGORITHMS),
  state: z.enum(KEY_STATES),
  thumbprint: z.string(),
  createdAt: instant,
  activatedAt: instant.nullable(),
  retiringAt: instant.nullable(),
  retiredAt: instant.nullable(),
  compromisedAt: instant.nullable(),
  destroyedAt: instant.nullable(),
  readyAt: instant.nullable(),
  activatesAt: instant.nullable(),
  retiresAt: instant.nullable(),
  lastSigned: z.object({ at: instant.nullable(), isKnown: z.boolean() }).nullable(),
  liveTokens: total
    .nullable()
    .describe(
      "Null where its purpose's signatures are not registered, and in the answer of an act that was done without or after a second person: nobody counts while it holds its locks.",
    ),
  readiness: z.string().nullable(),
  changes: z.array(
    z.object({
      id: z.string(),
      at: instant,
      act: z.string(),
      actor: z.object({ kind: z.string(), name: z.string() }),
      reason: z.string().nullable(),
      note: z.string().nullable(),
    }),
  ),
});

export const keyDetail = keyRow.extend({
  publicJwk: z.record(z.string(), z.unknown()),
  holders: z.object({
    says: z.string(),
    count: z.int(),
    rows: z.array(
      z.object({
        verifierId: z.string(),
        name: z.string(),
        holding: z.enum(KEY_HOLDINGS),
        firstAt: instant.nullable(),
        processes: z.object({ have: z.int(), of: z.int() }).nullable(),
      }),
    ),
  }),
});

export const rotationResult = z.object({
  key: keyDetail,
  other: z.object({ kid: z.string(), state: z.enum(KEY_STATES) }).nullable(),
  sentences: z.array(z.string()),
});

export const emergencyPlan = z.object({
  key: z.object({ kid: z.string(), purpose: z.enum(KEY_PURPOSES), state: z.enum(KEY_STATES) }),
  successor: z.object({ kid: z.string().nullable() }).nullable(),
  plan: orderPlan,
  window: z.object({ until: instant, says: z.array(z.string()) }),
});

export const emergencyResult = rotationResult.extend({ order: plannedOrderResult });

import { z } from "zod";
import { instant } from "#app/_lib/schemas/paging.ts";
import { REASONS, REVOCABLE_KINDS, TARGET_KINDS, VERBS } from "#lib/revocations/model.ts";

const total = z.object({ value: z.int(), isExact: z.boolean() });

export const orderRow = z.object({
  id: z.string(),
  position: z.string(),
  verb: z.enum(VERBS),
  target: z.object({ kind: z.enum(TARGET_KINDS), id: z.string(), name: z.string() }),
  reason: z.enum(REASONS),
  note: z.string(),
  cutoff: instant.nullable(),
  effectiveFrom: instant,
  expiresAt: instant.nullable(),
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  createdAt: instant,
  settledAt: instant.nullable(),
  settledCount: z.int(),
});

export const orderDetail = orderRow.extend({ reached: total });

const remaining = z.object({
  kind: z.enum([
    "refresh_token",
    "family_tokens",
    "user_tokens",
    "user_sessions",
    "user_sign_in",
    "client_secret",
  ]),
  count: z.int(),
  isExact: z.boolean(),
  says: z.string(),
  until: instant.nullable(),
  href: z.string().nullable(),
});

const target = z.object({ kind: z.enum(REVOCABLE_KINDS), id: z.string(), name: z.string() });

export const revocationResult = z.object({
  order: orderRow,
  wasPlaced: z.boolean(),
  widenedTo: target.nullable(),
  reached: z.object({ tokens: z.int(), isExact: z.boolean() }),
  remains: z.array(remaining),
  refusedEverywhere: z.object({ at: instant.nullable(), isExact: z.boolean(), says: z.string() }),
});

export const revocationPreview = z.object({
  target,
  widensTo: target.nullable(),
  isAlreadyRevoked: z.boolean(),
  tokens: total,
  users: z.int(),
  clients: z.int(),
  callers: z.array(
    z.object({
      kind: z.enum(["verifier", "client"]),
      id: z.string(),
      name: z.string(),
      uses: z.int(),
      lastAt: instant,
    }),
  ),
  remains: z.array(remaining),
  sentences: z.array(z.string()),
});

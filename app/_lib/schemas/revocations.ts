import { z } from "zod";
import { instant } from "#app/_lib/schemas/paging.ts";
import { PLANNED_VERBS } from "#lib/order-plans/model.ts";
import { ORDER_STANDINGS, REASONS, REVOCABLE_KINDS, TARGET_KINDS, VERBS } from "#lib/revocations/model.ts";

const total = z.object({ value: z.int(), isExact: z.boolean() });

export const orderRow = z.object({
  id: z.string(),
  position: z.string(),
  verb: z.enum(VERBS),
  standing: z.enum(ORDER_STANDINGS),
  cancels: z.string().nullable(),
  size: z.int().nullable(),
  isOfSeveral: z.boolean(),
  target: z.object({ kind: z.enum(TARGET_KINDS), id: z.string(), name: z.string() }),
  reason: z.enum(REASONS),
  note: z.string(),
  cutoff: instant.nullable(),
  effectiveFrom: instant,
  expiresAt: instant.nullable(),
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  createdAt: instant,
  settledAt: instant.nullable(),
  settledCount: z
    .int()
    .describe(
      "Tokens that it was written down for, used and expired ones among them. Plans, approvals, results and the log count live ones alone.",
    ),
});

export const orderDetail = orderRow.extend({
  reached: total,
  settling: z.object({ done: z.int(), total: total.nullable(), secondsLeft: z.int().nullable() }).nullable(),
  toCome: total,
});

const remaining = z.object({
  kind: z.enum([
    "refresh_token",
    "family_tokens",
    "user_tokens",
    "user_sessions",
    "user_sign_in",
    "client_secret",
    "client_sign_on",
    "client_sign_in",
    "reissue",
    "sign_on_sessions",
    "same_families",
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

const caller = z.object({
  kind: z.enum(["verifier", "client"]),
  id: z.string(),
  name: z.string(),
  uses: z.int(),
  lastAt: instant,
});

const anyTarget = z.object({ kind: z.enum(TARGET_KINDS), id: z.string(), name: z.string() });
const names = z.array(z.object({ id: z.string(), name: z.string() }));
const refusedEverywhere = z.object({ at: instant.nullable(), isExact: z.boolean(), says: z.string() });

export const orderPlan = z.object({
  id: z.string(),
  createdAt: instant,
  expiresAt: instant,
  verb: z.enum(PLANNED_VERBS),
  target: anyTarget,
  members: z.int().nullable(),
  widensTo: anyTarget.nullable(),
  effectiveFrom: instant.nullable(),
  suspendedUntil: instant.nullable(),
  isAlreadyRevoked: z.boolean(),
  tokens: total,
  users: total,
  clients: total,
  verifiers: total,
  named: z.object({ users: names, clients: names, verifiers: names }),
  callers: z.array(caller),
  callersAreKnown: z.boolean(),
  remains: z.array(remaining),
  refusedEverywhere,
  needsOwner: z.boolean(),
  confirm: z.string().nullable(),
  secondPerson: z
    .string()
    .nullable()
    .describe("Why its order would wait for a second person; null: it would not."),
  sentences: z.array(z.string()),
});

export const plannedOrderResult = z.object({
  order: orderRow,
  orders: z.int(),
  wasPlaced: z.boolean(),
  reached: z.object({ tokens: z.int(), isExact: z.boolean() }),
  remains: z.array(remaining),
  refusedEverywhere,
  sentences: z.array(z.string()),
});

export const restoreResult = z.object({
  order: orderRow,
  orders: z.int(),
  ended: z.array(orderRow),
  says: z.string(),
});

export const cancelTogetherResult = z.object({ order: orderRow, orders: z.int(), says: z.string() });

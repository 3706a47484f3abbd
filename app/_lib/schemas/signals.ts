import { z } from "zod";
import { ACTIONS, OUTCOMES, RECEIVED_EVENTS, SUBJECT_BYS } from "#lib/signal-receivers/model.ts";
import { DELIVERIES, STREAM_STATUSES } from "#lib/signals/model.ts";
import { instant } from "./paging.ts";

export const streamRow = z.object({
  id: z.uuid(),
  verifier: z.object({ id: z.uuid(), name: z.string() }),
  description: z.string(),
  audience: z.string(),
  events: z.array(z.string()),
  delivery: z.enum(DELIVERIES),
  endpointUrl: z.string().nullable(),
  hasAuthorization: z.boolean(),
  status: z.enum(STREAM_STATUSES),
  statusReason: z.string(),
  isVerifierEnabled: z.boolean(),
  lag: z.int(),
  behindSince: instant.nullable(),
  delivered: z.int(),
  refused: z.int(),
  lost: z.int(),
  lastDeliveredAt: instant.nullable(),
  lastPolledAt: instant.nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: instant.nullable(),
  failures: z.int(),
  nextAttemptAt: instant.nullable(),
  verificationAskedAt: instant.nullable(),
  verifiedAt: instant.nullable(),
  createdAt: instant,
  updatedAt: instant,
  version: z.int(),
});

export const receiverRow = z.object({
  id: z.uuid(),
  name: z.string(),
  state: z.enum(["enabled", "disabled"]),
  issuer: z.string(),
  jwksUrl: z.string(),
  audience: z.string(),
  subjectBy: z.enum(SUBJECT_BYS),
  attribute: z.string().nullable(),
  policies: z.array(
    z.object({
      eventType: z.enum(RECEIVED_EVENTS),
      action: z.enum(ACTIONS),
      hours: z.int().nullable(),
    }),
  ),
  verifier: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  hint: z.string(),
  received: z.int(),
  lastReceivedAt: instant.nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: instant.nullable(),
  createdAt: instant,
  updatedAt: instant,
  version: z.int(),
});

export const receiverDetail = receiverRow.extend({
  recent: z.array(
    z.object({
      jti: z.string(),
      eventType: z.string(),
      issuedAt: instant,
      receivedAt: instant,
      outcome: z.enum(OUTCOMES),
      user: z.object({ id: z.uuid(), email: z.string() }).nullable(),
      orderId: z.uuid().nullable(),
    }),
  ),
});

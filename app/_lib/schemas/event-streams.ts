import { z } from "zod";
import { DELIVERIES, FORMATS, OUTCOMES, SOURCES, STATUSES } from "#lib/event-streams/model.ts";
import { instant } from "./paging.ts";

export const eventStreamRow = z.object({
  id: z.uuid(),
  name: z.string(),
  status: z.enum(STATUSES),
  statusReason: z.string(),
  delivery: z.enum(DELIVERIES),
  url: z.string(),
  format: z.enum(FORMATS),
  sources: z.array(z.enum(SOURCES)),
  outcome: z.enum(OUTCOMES),
  clients: z.array(z.object({ id: z.uuid(), name: z.string() })),
  hasAuthorization: z.boolean(),
  previousSecretUntil: instant.nullable(),
  caPem: z.string().nullable(),
  actsSequence: z.string().nullable(),
  usesBefore: instant.nullable(),
  lag: z.object({ count: z.int(), isMore: z.boolean(), since: instant.nullable() }),
  losses: z.array(
    z.object({
      source: z.enum(SOURCES),
      events: z.int(),
      isAtMost: z.boolean(),
      firstAt: instant,
      lastAt: instant,
    }),
  ),
  delivered: z.int(),
  lastDeliveredAt: instant.nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: instant.nullable(),
  failures: z.int(),
  nextAttemptAt: instant.nullable(),
  testedAt: instant.nullable(),
  createdAt: instant,
  updatedAt: instant,
  version: z.int(),
});

/** `secret` is in this answer alone; null for syslog, which has none. */
export const createdEventStream = z.object({ stream: eventStreamRow, secret: z.string().nullable() });

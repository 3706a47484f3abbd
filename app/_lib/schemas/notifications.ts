import { z } from "zod";
import { choices } from "#lib/notifications/input.ts";
import { NOTIFICATION_KINDS, TONES } from "#lib/notifications/model.ts";
import { instant } from "./paging.ts";

const kind = z.enum(NOTIFICATION_KINDS);

export const notificationPage = z.object({
  rows: z.array(
    z.object({
      id: z.uuid(),
      kind,
      at: instant,
      tone: z.enum(TONES),
      title: z.string(),
      text: z.string(),
      path: z.string().nullable(),
      subject: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
      actorName: z.string(),
      readAt: instant.nullable(),
    }),
  ),
  next: z.uuid().nullable(),
  unread: z.int(),
});

const channel = z.object({ isOn: z.boolean(), isOwn: z.boolean() });

export const ownChoices = z.object({
  rows: z.array(
    z.object({ kind, isAlways: z.boolean(), channels: z.object({ console: channel, mail: channel }) }),
  ),
  whyNoMail: z.string().nullable(),
});

export const notificationDefaults = z.object({ defaults: choices, updatedAt: instant, version: z.int() });

/** No key and no Authorization is in it. */
export const notificationWebhook = z.object({
  url: z.string().nullable(),
  kinds: z.array(kind),
  status: z.enum(["running", "paused"]),
  statusReason: z.string(),
  hasAuthorization: z.boolean(),
  previousSecretUntil: instant.nullable(),
  lag: z.object({ count: z.int(), since: instant.nullable() }),
  delivered: z.int(),
  lastDeliveredAt: instant.nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: instant.nullable(),
  failures: z.int(),
  nextAttemptAt: instant.nullable(),
  testedAt: instant.nullable(),
  updatedAt: instant,
  version: z.int(),
});

export const savedWebhook = z.object({ webhook: notificationWebhook, secret: z.string().nullable() });

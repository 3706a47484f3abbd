import { z } from "zod";
import { rowId, rowIds, seenVersion } from "../input/plain-text.ts";
import { authorization, endpointUrl } from "../signals/input.ts";
import { CHANNELS, NOTIFICATION_KINDS, WEBHOOK_KINDS } from "./model.ts";

/** Marked at once. */
const MARK_MAX = 200;

export const notificationsQuery = z.object({
  /** `true`: what was not read yet alone. */
  unread: z.enum(["true"]).optional(),
  kind: z.enum(NOTIFICATION_KINDS).optional(),
  /** The `next` of the page before. */
  before: rowId.optional(),
  size: z.coerce.number().int().min(1).max(100).optional(),
});
export type NotificationsQuery = z.output<typeof notificationsQuery>;

/** Some by their ids, or all up to one: what came since then is still unread. */
export const markNotificationsInput = z
  .strictObject({
    ids: rowIds(MARK_MAX).optional(),
    upTo: rowId.optional(),
    isRead: z.boolean().default(true),
  })
  .refine(({ ids, upTo }) => (ids === undefined) !== (upTo === undefined), {
    path: ["ids"],
    message: "or `upTo` must be there, and not both",
  })
  .refine(({ upTo, isRead }) => upTo === undefined || isRead, {
    path: ["upTo"],
    message: "is for what is read alone",
  });
export type MarkNotificationsInput = z.output<typeof markNotificationsInput>;

const channels = z.partialRecord(z.enum(CHANNELS), z.boolean());
/** By kind and channel; what is not named is as it would be. */
export const choices = z.partialRecord(z.enum(NOTIFICATION_KINDS), channels);

export const saveChoicesInput = z.strictObject({ choices });

export const saveDefaultsInput = z.strictObject({ version: seenVersion, defaults: choices });
export type SaveDefaultsInput = z.output<typeof saveDefaultsInput>;

/** `authorization: null` takes it away; left out it stays, unless the address is another one. */
export const saveWebhookInput = z.strictObject({
  version: seenVersion,
  url: endpointUrl,
  kinds: z
    .array(z.enum(WEBHOOK_KINDS as [string, ...string[]]))
    .min(1, "must name at least one kind")
    .max(WEBHOOK_KINDS.length, "names a kind twice")
    .transform((given) => WEBHOOK_KINDS.filter((kind) => given.includes(kind))),
  authorization: authorization.nullable().optional(),
});
export type SaveWebhookInput = z.output<typeof saveWebhookInput>;

export const webhookStatusInput = z.strictObject({ status: z.enum(["running", "paused"]) });
export const versionInput = z.strictObject({ version: seenVersion });

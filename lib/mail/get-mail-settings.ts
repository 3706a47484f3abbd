import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { readMailSettings } from "./mail-settings.ts";
import type { MailSettings } from "./model.ts";

/** How e-mail leaves, without the password, and how many mails wait. Needs `organisation:read`. */
export async function getMailSettings(ctx: Context): Promise<MailSettings> {
  requirePermission(ctx, "organisation:read");
  return readMailSettings(ctx.db);
}

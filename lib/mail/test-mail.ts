import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError, tooManyAttempts } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import type { TestMailInput } from "./input.ts";
import { MAIL_SETTINGS_TARGET, type MailKeeping, mailServerOf, readMailRecord } from "./mail-settings.ts";
import { domainOf } from "./mailable.ts";
import { MAIL_TEST_EVERY_SECONDS, type TestedMail } from "./model.ts";
import { oneLine } from "./one-line.ts";
import { sendMail } from "./send-mail.ts";

/**
 * Sends one mail that says of itself that it is a test, at once, and tells what the server answered. Where it was taken, what waits is tried at once. Recorded as
 * `mail_settings.tested` before it is sent. Needs `mail-settings:write`.
 *
 * @throws {DomainError} CONFLICT where there is no server, TOO_MANY_ATTEMPTS where the last one was a moment ago.
 */
export async function testMail(
  ctx: Context,
  { to }: TestMailInput,
  keeping: MailKeeping,
): Promise<TestedMail> {
  requirePermission(ctx, "mail-settings:write");
  const server = await ctx.db.transaction(async (tx) => {
    const record = await readMailRecord(tx, "update");
    const found = mailServerOf(record);
    if (found === null) throw new DomainError("CONFLICT", "There is no mail server to test: save one first.");
    const waitMs = (record.testedAt?.getTime() ?? 0) + MAIL_TEST_EVERY_SECONDS * 1_000 - ctx.now.getTime();
    if (waitMs > 0) throw tooManyAttempts(`One test in ${MAIL_TEST_EVERY_SECONDS} seconds`, waitMs);
    await tx.query("UPDATE mail_settings SET tested_at = $1::timestamptz WHERE id = 1", [ctx.now]);
    await recordEntry(tx, ctx, { act: "mail_settings.tested", target: MAIL_SETTINGS_TARGET, after: { to } });
    return found;
  });
  const sent = await sendMail(keeping, server, {
    messageId: `${uuidv7(ctx.now)}@${domainOf(server.fromAddress)}`,
    to,
    subject: "A test from Tokenwarden",
    body: `This is a test of the mail server's settings, sent by ${oneLine(ctx.actor.name, 100)}. Nothing happened.\n`,
    at: ctx.now,
  });
  if (sent.outcome === "taken")
    await ctx.db.query("UPDATE mail SET next_attempt_at = $1::timestamptz WHERE state = 'queued'", [ctx.now]);
  return {
    isTaken: sent.outcome === "taken",
    answer: sent.outcome === "taken" ? sent.answer : sent.why,
  };
}

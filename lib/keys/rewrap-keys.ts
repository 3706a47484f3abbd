import { totpLabel } from "../admins/create-owner.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { signingSecretLabel, sinkAuthorizationLabel } from "../event-streams/sealed-values.ts";
import { MAIL_SETTINGS_ID, mailPasswordLabel } from "../mail/mail-settings.ts";
import { webhookAuthorizationLabel, webhookSecretLabel } from "../notifications/webhook-labels.ts";
import { WEBHOOK_ID } from "../notifications/webhook-record.ts";
import { clientSecretLabel } from "../sign-in-providers/provider-record.ts";
import { authorizationLabel } from "../signals/stream-endpoint.ts";
import { createKeyWrapper, type KeyWrapper } from "./key-wrapper.ts";
import { fixedMasterKeys, masterKeyId } from "./master-keys.ts";
import { ROOT_LABEL } from "./root-secret.ts";

/** What is wrapped, where, and what each is bound to; the root secret beside it. The database refuses each of them under another master key than the one in force. */
export const WRAPPED = [
  {
    what: "signingKeys",
    table: "signing_key",
    key: "kid",
    column: "private_wrapped",
    labelOf: (kid: string) => kid,
  },
  { what: "secondFactors", table: "admin", key: "id::text", column: "totp_wrapped", labelOf: totpLabel },
  {
    what: "receivers",
    table: "signal_stream",
    key: "id::text",
    column: "authorization_wrapped",
    labelOf: authorizationLabel,
  },
  {
    what: "eventStreams",
    table: "event_stream",
    key: "id::text",
    column: "secret_wrapped",
    labelOf: signingSecretLabel,
  },
  {
    what: "eventStreams",
    table: "event_stream",
    key: "id::text",
    column: "previous_secret_wrapped",
    labelOf: signingSecretLabel,
  },
  {
    what: "eventStreams",
    table: "event_stream",
    key: "id::text",
    column: "authorization_wrapped",
    labelOf: sinkAuthorizationLabel,
  },
  {
    what: "eventStreams",
    table: "notification_webhook",
    key: "id::text",
    column: "secret_wrapped",
    labelOf: webhookSecretLabel,
  },
  {
    what: "eventStreams",
    table: "notification_webhook",
    key: "id::text",
    column: "previous_secret_wrapped",
    labelOf: webhookSecretLabel,
  },
  {
    what: "eventStreams",
    table: "notification_webhook",
    key: "id::text",
    column: "authorization_wrapped",
    labelOf: webhookAuthorizationLabel,
  },
  {
    what: "mailServers",
    table: "mail_settings",
    key: "id::text",
    column: "password_wrapped",
    labelOf: mailPasswordLabel,
  },
  {
    what: "mailServers",
    table: "former_mail_server",
    key: "id::text",
    column: "password_wrapped",
    labelOf: () => mailPasswordLabel(MAIL_SETTINGS_ID),
  },
  {
    what: "eventStreams",
    table: "former_webhook",
    key: "notification_id::text",
    column: "secret_wrapped",
    labelOf: () => webhookSecretLabel(WEBHOOK_ID),
  },
  {
    what: "eventStreams",
    table: "former_webhook",
    key: "notification_id::text",
    column: "authorization_wrapped",
    labelOf: () => webhookAuthorizationLabel(WEBHOOK_ID),
  },
  {
    what: "signInProviders",
    table: "sign_in_provider",
    key: "id::text",
    column: "client_secret_wrapped",
    labelOf: clientSecretLabel,
  },
] as const;

export type RewrapResult = {
  /** The master key in force from now on, as `masterKeyId` names it. */
  keyId: string;
  signingKeys: number;
  secondFactors: number;
  receivers: number;
  /** Keys and Authorizations of streams to SIEMs and of the notifications' webhook. */
  eventStreams: number;
  /** The password of the mail server. */
  mailServers: number;
  /** Client secrets at the providers that admins sign in by. */
  signInProviders: number;
};

async function rewrapTable(
  tx: Sql,
  { table, key, column, labelOf }: (typeof WRAPPED)[number],
  old: KeyWrapper,
  next: KeyWrapper,
): Promise<number> {
  const rows = await tx.query<{ id: string; wrapped: Buffer }>(
    `SELECT ${key} AS id, ${column} AS wrapped FROM ${table} WHERE ${column} IS NOT NULL`,
  );
  for (const { id, wrapped } of rows) {
    const plain = await old.unwrap(wrapped, labelOf(id));
    const again = await next.wrap(plain, labelOf(id));
    plain.fill(0);
    await tx.query(`UPDATE ${table} SET ${column} = $2::bytea WHERE ${key} = $1::text`, [id, again]);
  }
  return rows.length;
}

/**
 * Wraps everything in the database under a new master key, and makes that the one in force: all in one transaction, or nothing. Whoever wraps
 * something at the same time comes before it, or is refused and reads the new key. Needs `key:revoke`. Recorded as `master_key.changed`.
 *
 * @throws {DomainError} FORBIDDEN, SEALED where `from` does not open all there is, CONFLICT where it is not the key in force or `to` is the same.
 */
export async function rewrapKeys(
  ctx: Context,
  { from, to }: { from: Buffer; to: Buffer },
): Promise<RewrapResult> {
  requirePermission(ctx, "key:revoke");
  const [fromId, keyId] = [masterKeyId(from), masterKeyId(to)];
  if (fromId === keyId) throw new DomainError("CONFLICT", "The new master key is the present one.");
  const old = createKeyWrapper(fixedMasterKeys(from));
  const next = createKeyWrapper(fixedMasterKeys(to));
  return ctx.db.transaction(async (tx) => {
    // whoever changes one of these rows holds it before it asks which master key is in force: so does this
    await tx.query(
      `LOCK TABLE ${[...new Set(WRAPPED.map(({ table }) => table))].join(", ")} IN EXCLUSIVE MODE`,
    );
    const [row] = await tx.query<{ keyId: string; root: Buffer }>(
      `SELECT key_id AS "keyId", root_wrapped AS root FROM master_key WHERE id = 1 FOR UPDATE`,
    );
    if (row === undefined || row.keyId !== fromId)
      throw new DomainError(
        "CONFLICT",
        "Another master key is in force than the one that is to be replaced.",
      );
    const root = await old.unwrap(row.root, ROOT_LABEL);
    await tx.query(
      "UPDATE master_key SET key_id = $1::text, root_wrapped = $2::bytea, changed_at = $3::timestamptz WHERE id = 1",
      [keyId, await next.wrap(root, ROOT_LABEL), ctx.now],
    );
    const result: RewrapResult = {
      keyId,
      signingKeys: 0,
      secondFactors: 0,
      receivers: 0,
      eventStreams: 0,
      mailServers: 0,
      signInProviders: 0,
    };
    for (const one of WRAPPED) result[one.what] += await rewrapTable(tx, one, old, next);
    const { keyId: _, ...counts } = result;
    await recordEntry(tx, ctx, {
      act: "master_key.changed",
      target: { kind: "master_key", id: keyId, name: keyId },
      before: { keyId: fromId },
      after: { keyId, ...counts },
    });
    return result;
  });
}

import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import type { Outbound } from "../outbound/outbound.ts";
import type { MailSettings, MailTls } from "./model.ts";

/** What it takes to keep a mail server's password and to reach it. */
export type MailKeeping = { outbound: Outbound; wrapper: KeyWrapper };

/** What the password is bound to. */
export const mailPasswordLabel = (id: string) => `mail settings ${id} password`;
/** There is one row. */
export const MAIL_SETTINGS_ID = "1";

/** The row, its password sealed. */
export type MailSettingsRecord = {
  host: string | null;
  port: number | null;
  tls: MailTls | null;
  username: string | null;
  passwordWrapped: Buffer | null;
  caPem: string | null;
  fromAddress: string | null;
  fromName: string;
  testedAt: Date | null;
  updatedAt: Date;
  version: number;
};

/** A server that mail can be sent by. */
export type MailServer = Pick<MailSettingsRecord, "username" | "passwordWrapped" | "caPem" | "fromName"> & {
  host: string;
  port: number;
  tls: MailTls;
  fromAddress: string;
};

const SELECT = `
  SELECT host, port, tls, username, password_wrapped AS "passwordWrapped", ca_pem AS "caPem", from_address AS "fromAddress", from_name AS "fromName",
    tested_at AS "testedAt", updated_at AS "updatedAt", version
  FROM mail_settings WHERE id = 1`;

/** `lock` holds it until the transaction ends. */
export async function readMailRecord(
  db: Sql,
  lock: "none" | "share" | "update" = "none",
): Promise<MailSettingsRecord> {
  const suffix = lock === "none" ? "" : lock === "share" ? " FOR SHARE" : " FOR UPDATE";
  const [row] = await db.query<MailSettingsRecord>(SELECT + suffix);
  if (row === undefined) throw new DomainError("UNAVAILABLE", "The settings of e-mail are missing.");
  return row;
}

/** The server of the settings; null where there is none. */
export function mailServerOf(record: MailSettingsRecord): MailServer | null {
  const { host, port, tls, fromAddress } = record;
  if (host === null || port === null || tls === null || fromAddress === null) return null;
  return { ...record, host, port, tls, fromAddress };
}

const SCHEMES: Record<MailTls, string> = { tls: "smtps", starttls: "smtp+starttls", plain: "smtp" };

/** The address as `Outbound` takes it. */
export function mailServerUrl({ host, port, tls }: Pick<MailServer, "host" | "port" | "tls">): string {
  return `${SCHEMES[tls]}://${host}:${port}`;
}

/** What an audit entry says of the settings; never the password. */
export function auditedMailSettings(record: MailSettingsRecord): Record<string, unknown> {
  const { host, port, tls, username, fromAddress, fromName, passwordWrapped, caPem } = record;
  return {
    host,
    port,
    tls,
    username,
    password: passwordWrapped === null ? null : "set",
    authorities: caPem === null ? null : "its own",
    fromAddress,
    fromName,
  };
}

export const MAIL_SETTINGS_TARGET = { kind: "mail_settings", id: MAIL_SETTINGS_ID, name: "E-mail" };

export async function readMailSettings(db: Sql): Promise<MailSettings> {
  const record = await readMailRecord(db);
  const [counts] = await db.query<{ queued: bigint; failed: bigint }>(
    `SELECT (SELECT count(*) FROM mail WHERE state = 'queued') AS queued,
       (SELECT count(*) FROM (SELECT FROM mail WHERE state = 'failed' LIMIT 1000) f) AS failed`,
  );
  const server = mailServerOf(record);
  return {
    server:
      server === null
        ? null
        : {
            host: server.host,
            port: server.port,
            tls: server.tls,
            username: server.username,
            hasPassword: server.passwordWrapped !== null,
            caPem: server.caPem,
            fromAddress: server.fromAddress,
            fromName: server.fromName,
          },
    queued: Number(counts?.queued ?? 0),
    failed: Number(counts?.failed ?? 0),
    testedAt: record.testedAt?.toISOString() ?? null,
    updatedAt: record.updatedAt.toISOString(),
    version: record.version,
  };
}

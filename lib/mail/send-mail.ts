import type { Socket } from "node:net";
import { createTransport, type SMTPSentMessageInfo } from "nodemailer";
import { OutboundError } from "../outbound/outbound-error.ts";
import { shown } from "../signals/push-event.ts";
import {
  MAIL_SETTINGS_ID,
  type MailKeeping,
  type MailServer,
  mailPasswordLabel,
  mailServerUrl,
} from "./mail-settings.ts";

export type OutgoingMail = {
  /** Without its angle brackets. */
  messageId: string;
  to: string;
  subject: string;
  body: string;
  at: Date;
};

/** What became of one attempt: taken; not now; or refused for this mail or its address, whoever asks how often. `why` may be shown. */
export type SentMail = { outcome: "taken"; answer: string } | { outcome: "failed" | "refused"; why: string };

/** From the look-up of the name to the last answer. */
const MAIL_TIMEOUT_MS = 30_000;
const GREETING_MS = 10_000;

type SmtpFault = Error & { code?: string; command?: string; responseCode?: number; response?: string };

/** What a server said to the mail itself, rather than to who we are or to the connection. */
const OF_THE_MAIL = new Set(["EENVELOPE", "EMESSAGE"]);

function outcomeOf(error: unknown): SentMail {
  if (error instanceof OutboundError) return { outcome: "failed", why: `The server ${error.message}.` };
  const { code = "", command, responseCode = 0, response, message } = error as SmtpFault;
  // who it is from is a matter of the settings
  const isRefusal = OF_THE_MAIL.has(code) && command !== "MAIL FROM" && responseCode >= 500;
  const says =
    response === undefined ? `The connection failed: ${code} ${message}` : `The server answered: ${response}`;
  return { outcome: isRefusal ? "refused" : "failed", why: shown(says) };
}

/**
 * Sends one mail over a connection of its own: to addresses that may be called, over TLS that is checked, or not at all. Text alone, to one address, which is the envelope as
 * it stands; nothing of it is read from files or fetched.
 *
 * @see RFC 5321, RFC 3207 (STARTTLS), RFC 3834 section 5 (Auto-Submitted)
 */
export async function sendMail(
  { outbound, wrapper }: MailKeeping,
  server: MailServer,
  mail: OutgoingMail,
  signal?: AbortSignal,
): Promise<SentMail> {
  const { host, port, tls, username, passwordWrapped, caPem, fromAddress, fromName } = server;
  const timeout = AbortSignal.timeout(MAIL_TIMEOUT_MS);
  const ending = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
  let socket: Socket | undefined;
  try {
    const pass =
      passwordWrapped === null
        ? null
        : (await wrapper.unwrap(passwordWrapped, mailPasswordLabel(MAIL_SETTINGS_ID))).toString("utf8");
    socket = await outbound.connect({
      url: mailServerUrl(server),
      kind: "smtp",
      timeoutMs: MAIL_TIMEOUT_MS,
      signal: ending,
      ...(caPem === null ? {} : { caPem }),
    });
    const connection = socket;
    ending.addEventListener("abort", () => connection.destroy(new Error("does not answer in time")), {
      once: true,
    });
    const transport = createTransport({
      host: host.replace(/^\[|\]$/g, ""),
      port,
      secure: tls === "tls",
      requireTLS: tls === "starttls",
      ignoreTLS: tls === "plain",
      tls: { minVersion: "TLSv1.2", ...(caPem === null ? {} : { ca: caPem }) },
      getSocket: (_options, done) => done(null, { connection, secured: tls === "tls" }),
      ...(username === null || pass === null ? {} : { auth: { user: username, pass } }),
      name: hostOf(fromAddress),
      greetingTimeout: GREETING_MS,
      socketTimeout: MAIL_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const info: SMTPSentMessageInfo = await transport.sendMail({
      envelope: { from: fromAddress, to: [mail.to] },
      from: { name: fromName, address: fromAddress },
      to: { name: "", address: mail.to },
      subject: mail.subject,
      text: mail.body,
      messageId: `<${mail.messageId}>`,
      date: mail.at,
      headers: { "Auto-Submitted": "auto-generated" },
    });
    return { outcome: "taken", answer: shown(info.response) };
  } catch (error) {
    if (timeout.aborted) return { outcome: "failed", why: "The server does not answer in time." };
    return outcomeOf(error);
  } finally {
    socket?.destroy();
  }
}

/** By what name we greet: an address' domain is one that its owner stands for. */
function hostOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}

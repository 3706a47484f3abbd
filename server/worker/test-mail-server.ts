import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A mail as a server of somebody else's received it. */
export type ReceivedMail = {
  from: string;
  to: string[];
  user: string | null;
  isSecure: boolean;
  raw: string;
};

export type MailBehaviour = "take" | { atRecipient: string } | { atData: string } | "hang";

/** A mail server that knows nothing of this product: smtp-server of npm. */
export type TestMailServer = {
  port: number;
  received: ReceivedMail[];
  /** How it answers from now on; `take` unless told. An answer begins with its code: `451 Not now`. */
  behave(how: MailBehaviour): void;
  end(): Promise<void>;
};

function refusal(answer: string): Error {
  return Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) });
}

export async function startMailServer(
  options: SMTPServerOptions = {},
  user: { name: string; password: string } | null = null,
): Promise<TestMailServer> {
  let behaviour: MailBehaviour = "take";
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    logger: false,
    disabledCommands: [
      ...(user === null ? ["AUTH"] : []),
      ...(options.key === undefined ? ["STARTTLS"] : []),
    ],
    authOptional: user === null,
    ...options,
    onAuth({ username, password }, _session, done) {
      const isRight = username === user?.name && password === user?.password;
      done(isRight ? null : refusal("535 Wrong"), isRight ? { user: username } : undefined);
    },
    onRcptTo(_address, _session, done) {
      done(
        typeof behaviour === "object" && "atRecipient" in behaviour ? refusal(behaviour.atRecipient) : null,
      );
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (behaviour === "hang") return;
        if (typeof behaviour === "object" && "atData" in behaviour) return done(refusal(behaviour.atData));
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          user: session.user === undefined ? null : String(session.user),
          isSecure: session.secure,
          raw: Buffer.concat(chunks).toString("utf8"),
        });
        done(null);
      });
    },
  });
  // a client that breaks off is not this server's fault
  server.on("error", () => {});
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    behave(how) {
      behaviour = how;
    },
    end: () => new Promise((done) => server.close(() => done())),
  };
}

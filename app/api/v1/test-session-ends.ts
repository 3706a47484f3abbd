import { Secret, TOTP } from "otpauth";
import type { ConsoleProcess } from "#app/_lib/test-built-console.ts";
import type { Database } from "#lib/db/database.ts";
import { TestAuthenticator } from "#lib/passkeys/test-authenticator.ts";
import { userHandleOf } from "#lib/passkeys/verify-answer.ts";
import { hashPassword } from "#lib/passwords/hash-password.ts";
import { openTestSession, type TestPerson } from "./test-people.ts";
import { type Answer, type Sent, send } from "./test-send.ts";

/** Gets all that an end needs ready, at the process that it comes to. @returns the end itself. */
export type SessionEnd = (at: ConsoleProcess, who: TestPerson) => Promise<() => Promise<Answer>>;

const PASSWORD = "correct horse battery 9";
let passwordHash: Promise<string> | undefined;

async function got(answer: Promise<Answer>): Promise<Record<string, unknown>> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

type Offered = { options: { challenge: string }; challenge: string };

/** What a browser is asked to make by whoever has that session, and what it makes. */
async function makePasskey(at: ConsoleProcess, who: TestPerson, session: { cookie: string }) {
  const { options, challenge } = (await got(send(at, session, "me/passkeys/options"))) as Offered;
  const userHandle = Buffer.from(userHandleOf(who.id)).toString("base64url");
  const authenticator = new TestAuthenticator({ userHandle, counter: 7 });
  const passkey = authenticator.make({ challenge: options.challenge, origin: at.origin });
  return { authenticator, json: { challenge, name: "laptop", passkey } };
}

/** One that is there before what is raced begins. */
async function addPasskey(at: ConsoleProcess, who: TestPerson) {
  const { authenticator, json } = await makePasskey(at, who, who);
  const { id } = await got(send(at, who, "me/passkeys", { json }));
  return { authenticator, id: String(id) };
}

/** What the admin changes of their ways in, in another session of theirs: it ends the one that is raced. */
export function waysInThatEnd(db: () => Database): Record<string, SessionEnd> {
  const elsewhere =
    (path: string, sent?: Sent): SessionEnd =>
    async (at, { id }) => {
      const session = await openTestSession(db(), id);
      return () => send(at, session, path, sent);
    };
  return {
    "by another password": async (at, who) => {
      passwordHash ??= hashPassword(PASSWORD);
      await db().query("UPDATE admin SET password_hash = $2::text WHERE id = $1::uuid", [
        who.id,
        await passwordHash,
      ]);
      const json = { currentPassword: PASSWORD, password: "what nobody else would take 7" };
      return elsewhere("me/password", { method: "PUT", json })(at, who);
    },
    "by another authenticator app": async (at, who) => {
      const session = await openTestSession(db(), who.id);
      const offer = await got(send(at, session, "me/totp/enrolment"));
      const code = new TOTP({ secret: Secret.fromBase32(String(offer.totpSecret)) }).generate();
      return () =>
        send(at, session, "me/totp", { method: "PUT", json: { enrolment: offer.enrolment, code } });
    },
    "by taking the authenticator app away": async (at, who) => {
      await addPasskey(at, who);
      return elsewhere("me/totp", { method: "DELETE" })(at, who);
    },
    "by another passkey": async (at, who) => {
      const session = await openTestSession(db(), who.id);
      const { json } = await makePasskey(at, who, session);
      return () => send(at, session, "me/passkeys", { json });
    },
    "by taking a passkey away": async (at, who) => {
      const { id } = await addPasskey(at, who);
      return elsewhere(`me/passkeys/${id}`, { method: "DELETE" })(at, who);
    },
    "by new recovery codes": elsewhere("me/recovery-codes"),
    "by a copy of a passkey, which is refused and blocked": async (at, who) => {
      const { authenticator } = await addPasskey(at, who);
      const session = await openTestSession(db(), who.id);
      const offer = await got(send(at, session, "me/step-up/options", { json: { kind: "keys" } }));
      const { options, challenge } = offer.passkey as Offered;
      authenticator.counter = 1;
      const passkey = authenticator.answer({ challenge: options.challenge, origin: at.origin });
      const json = { method: "passkey", kind: "keys", challenge, passkey };
      return async () => {
        const answer = await send(at, session, "me/step-up", { json });
        const isRefused = answer.status === 400 && answer.body.code === "INVALID_INPUT";
        return isRefused ? { ...answer, status: 200 } : { ...answer, status: 500 };
      };
    },
  };
}

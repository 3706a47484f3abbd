import { randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { totpLabel } from "../admins/create-owner.ts";
import { generateTotpSecret } from "../admins/totp.ts";
import type { Role } from "../authz/roles.ts";
import { type Context, systemContext } from "../context.ts";
import type { Database } from "../db/database.ts";
import { uuidv7 } from "../ids.ts";
import { createKeyWrapper } from "../keys/key-wrapper.ts";
import { beginPasskeyRegistration } from "../passkeys/begin-registration.ts";
import { registerPasskey } from "../passkeys/register-passkey.ts";
import { TestAuthenticator } from "../passkeys/test-authenticator.ts";
import { userHandleOf } from "../passkeys/verify-answer.ts";
import { hashPassword } from "../passwords/hash-password.ts";
import type { SignInMethod } from "./model.ts";

export const PARTY = { id: "localhost", origin: "http://localhost:3000" };
const START_MS = Date.parse("2026-11-21T12:00:00.000Z");

/** Admins with sessions and factors of their own on a database, at seconds from a start. */
export function sessionFixture(database: () => Database, startMs: number = START_MS) {
  const wrapper = createKeyWrapper(randomBytes(32));
  const means = { wrapper, party: PARTY };
  const at = (seconds: number) => new Date(startMs + seconds * 1000);
  const codeAt = (totpSecret: string, seconds: number) =>
    new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: at(seconds).getTime() });

  async function makeAdmin(role: Role = "owner", password?: string) {
    const id = uuidv7(new Date());
    const totpSecret = generateTotpSecret();
    const email = `${role}-${randomBytes(3).toString("hex")}@example.com`;
    await database().query(
      `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at)
       VALUES ($1::uuid, $2::text, $2::text, $3::text, $4::text, $5::bytea, $6::timestamptz)`,
      [
        id,
        email,
        role,
        password === undefined ? "x" : await hashPassword(password),
        await wrapper.wrap(Buffer.from(totpSecret), totpLabel(id)),
        at(0),
      ],
    );
    return { id, email, role, totpSecret };
  }
  type Admin = Awaited<ReturnType<typeof makeAdmin>>;

  /** Contexts of a new session that was opened `seconds` after the start. */
  async function openSession(admin: Admin, seconds: number, signedInBy: SignInMethod | null = "totp") {
    const sessionId = uuidv7(at(seconds));
    await database().query(
      `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, ip, user_agent, signed_in_by)
       VALUES ($1::uuid, $2::uuid, $3::timestamptz, $3::timestamptz, $3::timestamptz + interval '10 hours', 1800, '8.8.8.8',
         'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', $4::text)`,
      [sessionId, admin.id, at(seconds), signedInBy],
    );
    const actor = {
      kind: "admin",
      id: admin.id,
      name: admin.email,
      role: admin.role,
      sessionId,
    } as const;
    return (seconds: number): Context => ({ ...systemContext(database(), "test", at(seconds)), actor });
  }

  /** A passkey of an admin, added in a session that may. */
  async function addPasskey(admin: Admin, ctx: Context, { counter = 0, name = "laptop" } = {}) {
    const userHandle = Buffer.from(userHandleOf(admin.id)).toString("base64url");
    const authenticator = new TestAuthenticator({ userHandle, counter });
    const { options, challenge } = await beginPasskeyRegistration(ctx, means);
    const passkey = authenticator.make({ challenge: options.challenge });
    const row = await registerPasskey(ctx, { challenge, name, passkey }, means);
    return { authenticator, row };
  }

  return { wrapper, means, at, codeAt, makeAdmin, openSession, addPasskey };
}

import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { createAdmin } from "../admins/create-admin.ts";
import { findSession } from "../admins/find-session.ts";
import type { Context } from "../context.ts";
import type { TestContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { sessionFixture } from "../step-up/test-sessions.ts";
import type { ProviderIdentity } from "./exchange-code.ts";
import { clientSecretLabel } from "./provider-record.ts";
import { signInByProvider } from "./sign-in-by-provider.ts";

export const PASSWORD = "correct horse battery";

/** How a refused sign-in says why. */
export const isRefused = (act: Promise<unknown>, why: string) => expect(act).rejects.toMatchObject({ why });
export const subjectFor = () => `person-${randomBytes(4).toString("hex")}`;

/** Providers whose people come into this console, and owners of its own, at seconds from the start. */
export function providersFixture(world: TestContexts) {
  const sessions = sessionFixture(() => world.db);
  const { wrapper, at, makeAdmin, openSession } = sessions;
  let number = 0;

  async function makeProvider(change: Record<string, unknown> = {}) {
    number += 1;
    const id = uuidv7(new Date());
    const row = {
      id,
      name: `Provider ${number}`,
      issuer: `https://login-${number}.example`,
      client_id: "tokenwarden",
      client_secret_wrapped: await wrapper.wrap(Buffer.from("secret"), clientSecretLabel(id)),
      scopes: ["openid", "email"],
      role_claim: "groups",
      role_rules: JSON.stringify([
        { value: "tw-owners", role: "owner" },
        { value: "tw-audit", role: "auditor" },
      ]),
      creates_admins: false,
      acr_values: [],
      required_acr: [],
      required_amr: [],
      max_age_seconds: null,
      created_at: at(0),
      updated_at: at(0),
      ...change,
    };
    const names = Object.keys(row);
    await world.db.query(
      `INSERT INTO sign_in_provider (${names.join(", ")}) VALUES (${names.map((_, index) => `$${index + 1}`).join(", ")})`,
      Object.values(row),
    );
    return { id, name: row.name, issuer: row.issuer };
  }

  function nobody(seconds: number): Context {
    const actor = { kind: "anonymous", id: "anonymous", name: "anonymous" } as const;
    return { ...world.as("owner"), actor, now: at(seconds), ip: "203.0.113.7" };
  }

  function person(
    subject: string,
    change: Partial<ProviderIdentity> & { groups?: string[] } = {},
  ): ProviderIdentity {
    const { groups = ["tw-owners"], claims, ...rest } = change;
    return {
      issuer: "https://login.example",
      subject,
      verifiedEmail: `${subject}@example.com`,
      name: subject,
      claims: { groups, auth_time: at(0).getTime() / 1000, ...claims },
      ...rest,
    };
  }

  const enter = (provider: { id: string }, identity: ProviderIdentity, seconds = 10) =>
    signInByProvider(nobody(seconds), { providerId: provider.id, identity });

  async function owner(seconds = 0) {
    const admin = await makeAdmin("owner", PASSWORD);
    return { admin, ctx: await openSession(admin, seconds) };
  }

  async function invite(provider: { id: string }, email: string) {
    const { ctx } = await owner();
    const { admin } = await createAdmin(ctx(1), { email, name: email, providerId: provider.id }, "http://x");
    return admin;
  }

  const lives = async (sessionId: string, seconds: number) =>
    (await findSession(world.db, { sessionId, now: at(seconds) })) !== null;

  return { ...sessions, makeProvider, nobody, person, enter, owner, invite, lives };
}

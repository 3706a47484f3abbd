import { randomUUID } from "node:crypto";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/database.ts";
import { getToken } from "../tokens/get-token.ts";
import { contextAs, type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { createPlan } from "./create-plan.ts";
import { planInput } from "./input.ts";
import type { OrderPlan, PlannedOrderResult } from "./model.ts";
import { placePlannedOrder } from "./place-planned-order.ts";

export const why = { reason: "token_leaked", note: "" } as const;

/** Two users with a token each, of one client, with a permission, a group, an audience and a verifier of their own. */
export type PlanWorld = {
  tag: string;
  clientId: string;
  clientName: string;
  scope: string;
  group: string;
  audience: string;
  emails: string[];
  users: string[];
  common: { clientId: string; scopes: string[]; groups: string[]; audiences: string[] };
  first: string;
  second: string;
};

export type PlanFixture = {
  tokens: Fixture;
  as(role: Role): Context;
  /** The same admin, now or `ms` later. */
  later(ctx: Context, ms?: number): Context;
  plan(ctx: Context, input: unknown): Promise<OrderPlan>;
  place(ctx: Context, planId: string, more?: { confirm?: string }): Promise<PlannedOrderResult>;
  stateOf(id: string): Promise<string>;
  addVerifier(name: string, audience: string): Promise<string>;
  world(): Promise<PlanWorld>;
};

/** Data and acts for database tests of plans. */
export function planFixtureOf(db: Database): PlanFixture {
  const tokens = fixtureOf(db);
  const as = (role: Role) => contextAs(db, role);
  const later = (ctx: Context, ms = 0): Context => ({ ...ctx, now: new Date(Date.now() + ms) });
  async function addVerifier(name: string, audience: string): Promise<string> {
    const [verifierId, audienceId] = [randomUUID(), randomUUID()];
    await db.query(
      "INSERT INTO verifier (id, name, created_at, updated_at) VALUES ($1::uuid, $2, now(), now())",
      [verifierId, name],
    );
    await db.query(
      "INSERT INTO audience (id, name, title, resource_uri, created_at) VALUES ($1, $2, $2, 'https://' || $2 || '.example.com/', now()) ON CONFLICT DO NOTHING",
      [audienceId, audience],
    );
    await db.query(
      "INSERT INTO verifier_audience (verifier_id, audience_id) SELECT $1::uuid, id FROM audience WHERE name = $2",
      [verifierId, audience],
    );
    return verifierId;
  }
  return {
    tokens,
    as,
    later,
    addVerifier,
    plan: (ctx, input) => createPlan(ctx, planInput.parse(input)),
    place: (ctx, planId, more = {}) => placePlannedOrder(later(ctx), { planId, ...why, ...more }),
    stateOf: async (id) => (await getToken(as("auditor"), id)).state,
    async world() {
      const tag = randomUUID().slice(0, 8);
      const names = {
        clientName: `app-${tag}`,
        scope: `read-${tag}`,
        group: `team-${tag}`,
        audience: `api-${tag}`,
      };
      const clientId = await tokens.client(names.clientName);
      const emails = [`a-${tag}@example.test`, `b-${tag}@example.test`];
      const users = await Promise.all(emails.map((email) => tokens.user(email)));
      const { scope, group, audience } = names;
      const common = { clientId, scopes: [scope], groups: [group], audiences: [audience] };
      const made = await Promise.all(users.map((userId) => tokens.token({ ...common, userId })));
      await addVerifier(`gate-${tag}`, audience);
      const [first, second] = made.map((token) => token.id) as [string, string];
      return { tag, ...names, clientId, emails, users, common, first, second };
    },
  };
}

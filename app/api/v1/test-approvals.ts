import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import type { ApprovalDetail, PolicyKind } from "#lib/approvals/model.ts";
import type { Role } from "#lib/authz/roles.ts";
import { systemContext } from "#lib/context.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { seedEverything, startTestConsole, type TestConsole } from "./test-console.ts";
import { addTestPerson, type TestPerson as Person, proveFor } from "./test-people.ts";

/** An admin who has signed in just now, or an API token by its value. */
export type Who = Person | { bearer: string };
type Answer = { status: number; body: Record<string, unknown>; location: string | null };
type Sent = {
  body?: unknown;
  segments?: Record<string, string>;
  headers?: Record<string, string>;
  /** Whether who is asked to show who they are for this very act does, and sends it once more, as the console's pages do. Approving and doing without are asked by the tests themselves. */
  isProven?: boolean;
};

/** The route of one approval. */
export const ONE = "/api/v1/approvals/{id}";
/** The header by which a request asks for a second person. */
export const WHY = { "approval-reason": encodeURIComponent("Costs too much – „really“") };

/** A console with one row of everything, and before each test two owners alone: `one`, who asks, and `two`. Call it once, at the top. */
export function approvalsFixture() {
  let console: TestConsole;
  let ids: Record<string, string[]>;
  let owners: readonly [Person, Person];

  beforeAll(async () => {
    console = await startTestConsole();
    ids = await seedEverything(console);
    await ensureKeys(systemContext(console.db, "test"), keyWrapper());
  }, 120_000);
  afterAll(() => console.end());
  beforeEach(async () => {
    await console.db.query("UPDATE admin SET disabled_at = now() WHERE disabled_at IS NULL");
    await turnOn([]);
    owners = [await person("owner"), await person("owner")];
  });

  const person = (role: Role) => addTestPerson(console.db, role);

  async function send(who: Who, route: readonly [string, string], sent: Sent = {}): Promise<Answer> {
    const answer = await sendOnce(who, route, sent);
    const { headers = {}, isProven = !("break-glass-reason" in headers || route[1].endsWith("/approve")) } =
      sent;
    const { code, subject } = answer.body ?? {};
    if (!isProven || code !== "STEP_UP_REQUIRED" || subject === undefined || "bearer" in who) return answer;
    await prove(who, String(subject));
    return sendOnce(who, route, sent);
  }

  async function sendOnce(
    who: Who,
    [method, path]: readonly [string, string],
    { body, segments = {}, headers = {} }: Sent,
  ): Promise<Answer> {
    const credentials: Record<string, string> =
      "bearer" in who
        ? { authorization: `Bearer ${who.bearer}` }
        : { cookie: who.cookie, origin: "http://localhost:3000", "sec-fetch-site": "same-origin" };
    const response = await console.send({
      method,
      path,
      role: null,
      segments,
      headers: { ...credentials, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    return { status: response.status, body: answer, location: response.headers.get("location") };
  }

  const prove = (who: Person, subject: string) => proveFor(console.db, who, subject);

  const get = async (who: Who, id: string) =>
    (await send(who, ["GET", ONE], { segments: { id } })).body as unknown as ApprovalDetail;

  async function approve(who: Person, id: string): Promise<Answer> {
    await prove(who, id);
    return send(who, ["POST", `${ONE}/approve`], { segments: { id }, body: { note: "agreed" } });
  }

  /** Four eyes for some kinds of act, for bulk orders from so many tokens on. */
  async function turnOn(kinds: PolicyKind[], bulkTokens = 1000): Promise<void> {
    await console.db.query("UPDATE approval_policy SET kinds = $1::text[], bulk_tokens = $2::int", [
      kinds,
      bulkTokens,
    ]);
  }

  /** An API token of an owner's rights, created by a person or by nobody; with four eyes off again. */
  async function apiToken(
    createdBy: Person | null,
    isUnattended: boolean,
  ): Promise<{ bearer: string; id: string }> {
    await turnOn([]);
    const ctx = systemContext(console.db, "test");
    const made = await createApiToken(ctx, { name: `ci-${randomUUID()}`, role: "owner", isUnattended });
    if (createdBy !== null)
      await console.db.query("UPDATE api_token SET created_by_id = $2::uuid WHERE id = $1::uuid", [
        made.id,
        createdBy.id,
      ]);
    return { bearer: made.token, id: made.id };
  }

  return {
    get db() {
      return console.db;
    },
    get one() {
      return owners[0];
    },
    get two() {
      return owners[1];
    },
    /** The first row of a kind. */
    first: (kind: string) => ids[kind]?.[0] as string,
    person,
    send,
    prove,
    get,
    approve,
    turnOn,
    apiToken,
  };
}

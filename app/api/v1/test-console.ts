import { randomBytes, randomUUID } from "node:crypto";
import { getDatabase } from "#app/_lib/database.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { createAdmin } from "#lib/admins/create-admin.ts";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { ROLES, type Role } from "#lib/authz/roles.ts";
import { systemContext } from "#lib/context.ts";
import type { Database } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { placeOrder } from "#lib/revocations/place-order.ts";
import { clientSecretLabel } from "#lib/sign-in-providers/provider-record.ts";
import { SESSION_REVOKED } from "#lib/signals/model.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { allRoutes } from "./_definitions.ts";

const ORIGIN = "http://localhost:3000";
/** Where nobody listens: a sink that is tested is called, and the network is not. */
const NOBODY = "http://127.0.0.1:9";

/** The console's API in this process on a database of its own, with an API token for each role. */
export type TestConsole = {
  db: Database;
  tokens: ReadonlyMap<Role, string>;
  /** Sends one request to the route behind `method` and `path`, as a role or as nobody. */
  send(request: ApiRequest): Promise<Response>;
  end(): Promise<void>;
};

export type ApiRequest = {
  method: string;
  /** As OpenAPI writes it. */
  path: string;
  role: Role | null;
  segments?: Record<string, string>;
  query?: string;
  /** JSON text; none for undefined. */
  body?: string | undefined;
  headers?: Record<string, string>;
  /** As Next answers HEAD: by the route of GET. */
  asHead?: boolean;
};

/** `allow` are origins that may be called beside the one where nobody is. */
export async function startTestConsole(allow: readonly string[] = []): Promise<TestConsole> {
  process.env.DATABASE_URL = (await testDatabase()).url;
  process.env.MASTER_KEY = randomBytes(32).toString("base64");
  // hundreds of requests a second are asked by one admin here; the bound has tests of its own
  process.env.API_REQUESTS_PER_SECOND = "10000";
  process.env.OUTBOUND_ALLOW = [NOBODY, ...allow].join(" ");
  delete process.env.CONSOLE_URL;
  const db = getDatabase();
  const ctx = systemContext(db, "test");
  const tokens = new Map<Role, string>();
  for (const role of ROLES)
    tokens.set(role, (await createApiToken(ctx, { name: role, role, isUnattended: true })).token);
  const routes = new Map(allRoutes().map((route) => [`${route.spec.method} ${route.spec.path}`, route]));
  return {
    db,
    tokens,
    async send({ method, path, role, segments = {}, query = "", body, headers = {}, asHead = false }) {
      const route = routes.get(`${method} ${path}`);
      if (route === undefined) throw new Error(`there is no ${method} ${path}`);
      const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent((segments[name] ?? "").toWellFormed()),
      );
      const request = new Request(`${ORIGIN}${address}${query}`, {
        method: asHead ? "HEAD" : method,
        headers: {
          host: "localhost:3000",
          ...(role === null ? {} : { authorization: `Bearer ${tokens.get(role)}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      });
      return route(request, { params: Promise.resolve(segments) });
    },
    end: () => db.end(),
  };
}

/** A provider whose issuer nobody reaches: not made by its route, which asks there. */
async function addProvider(db: Database): Promise<string> {
  const id = randomUUID();
  await db.query(
    `INSERT INTO sign_in_provider (id, name, issuer, client_id, client_secret_wrapped, scopes, role_claim, role_rules, creates_admins, acr_values,
       required_acr, required_amr, created_at, updated_at)
     VALUES ($1::uuid, 'Company', $2::text, 'c', $3::bytea, '{openid}', 'groups', '[]', false, '{}', '{}', '{}', now(), now())`,
    [id, NOBODY, await keyWrapper().wrap(Buffer.from("theirs"), clientSecretLabel(id))],
  );
  return id;
}

/** One row of everything that an id can name, made through the API and the register; ids by what they name. */
export async function seedEverything(console: TestConsole): Promise<Record<string, string[]>> {
  const ids: Record<string, string[]> = {};
  async function make(kind: string, body: object): Promise<string> {
    const path = `/api/v1/${kind}`;
    const response = await console.send({ method: "POST", path, role: "owner", body: JSON.stringify(body) });
    if (response.status !== 201) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    const answer = (await response.json()) as { id?: string };
    const inner = Object.values(answer).find((one) => typeof one === "object" && one !== null);
    const id = String(answer.id ?? (inner as { id?: unknown } | undefined)?.id);
    ids[kind] = [...(ids[kind] ?? []), id];
    return id;
  }
  const audienceId = await make("audiences", {
    name: "billing",
    title: "Billing",
    resourceUri: "https://billing.example.com/",
    permissions: [{ name: "invoices:read", description: "" }],
  });
  const groupId = await make("groups", { name: "Finance" });
  const audienceIds = [audienceId];
  const clientId = await make("clients", { name: "Portal", kind: "service", audienceIds });
  await make("clients", { name: "Shop", kind: "spa", redirectUris: ["https://app.example.com/callback"] });
  const userId = await make("users", { email: "ana@example.com", name: "Ana", groupIds: [groupId] });
  const verifierId = await make("verifiers", { name: "gateway", audienceIds });
  await make("signal-streams", { verifierId, events: [SESSION_REVOKED], delivery: "poll" });
  await make("signal-receivers", {
    name: "Peer",
    issuer: "https://peer.example",
    jwksUrl: "https://1.1.1.1/jwks",
    audience: "us",
    subjectBy: "email",
  });
  await make("event-streams", { name: "SIEM", delivery: "webhook", url: `${NOBODY}/ingest` });
  await make("scanners", { name: "Scanner", action: "suspend", hours: 1 });
  // by the machine: what an API token invites waits for a person
  const invited = { email: "new@example.com", name: "New", role: "auditor" } as const;
  const { admin } = await createAdmin(systemContext(console.db, "test"), invited, ORIGIN);
  ids.admins = [admin.id];
  await make("api-tokens", { name: "spare", role: "auditor" });
  await ensureKeys(systemContext(console.db, "test"), keyWrapper());
  const fixture = fixtureOf(console.db);
  const family = { clientId, userId, sessionUid: "session-one" };
  const familyId = await fixture.family(family);
  const token = await fixture.token({ ...family, familyId });
  const refresh = await fixture.token({ ...family, familyId, kind: "refresh", format: "opaque" });
  await console.db.transaction((tx) =>
    placeOrder(tx, systemContext(console.db, "test"), {
      verb: "revoke",
      target: { kind: "client", id: clientId, name: "portal" },
      reason: "test",
      note: "",
    }),
  );
  await console.db.query(
    `INSERT INTO mail (id, message_id, kind, to_address, subject, body, recipient_kind, recipient_id, recipient_name, state, next_attempt_at, give_up_at,
       created_at, created_by_name)
     VALUES ($1::uuid, $1::text || '@example.com', 'leak_notice', 'ana@example.com', 'A token leaked', 'Hello', 'user', $2::uuid, 'Ana', 'failed', now(),
       now(), now(), 'owner')`,
    [randomUUID(), userId],
  );
  await make("saved-views", { list: "tokens", name: "Mine" });
  await make("people-imports", { kind: "users", fileName: "people.csv" });
  await make("exports", { list: "tokens", format: "csv" });
  const until = new Date();
  const from = new Date(until.getTime() - 3_600_000);
  await make("evidence-checks", { from: from.toISOString(), until: until.toISOString() });
  await make("incidents", { title: "Token in a log", tokenIds: [token.id] });
  const numbers = await console.db.query<{ number: number }>("SELECT number FROM incident");
  const providerId = await addProvider(console.db);
  const idsIn = async (table: string) =>
    (await console.db.query<{ id: string }>(`SELECT id FROM ${table} LIMIT 3`)).map((row) => row.id);
  return {
    ...ids,
    incidents: numbers.map(({ number }) => String(number)),
    families: [familyId],
    tokens: [token.id, refresh.id],
    sessions: ["session-one"],
    "sign-in-providers": [providerId],
    orders: await idsIn("revocation_order"),
    mails: await idsIn("mail"),
    permissions: await idsIn("permission"),
    keys: (await console.db.query<{ kid: string }>("SELECT kid FROM signing_key LIMIT 3")).map(
      (row) => row.kid,
    ),
    "audit-entries": await idsIn("audit_entry"),
  };
}

import fc from "fast-check";
import { openContents } from "#lib/db/test-contents.ts";
import { startTestProvider } from "#lib/sign-in-providers/test-provider.ts";
import { freePort } from "#lib/test-port.ts";
import { type ApiRequest, seedEverything, startTestConsole, type TestConsole } from "./test-console.ts";
import { MADE, type Made, prepareWorld, requestOf, type World } from "./test-made-requests.ts";
import { type NamedOperation, requestsOf } from "./test-operations.ts";
import { addTestPerson } from "./test-people.ts";
import type { Ids } from "./test-requests.ts";

/** Requests of an operation's own schemas that are tried. */
const TRIES = 60;

/** What is switched on again needs something that is off. */
const SWITCHED = [
  ["verifiers", (audienceIds: string[]) => ({ name: "off", audienceIds })],
  ["scanners", () => ({ name: "off", action: "suspend", hours: 1 })],
  [
    "signal-receivers",
    () => ({
      name: "off",
      issuer: "https://off.example",
      jwksUrl: "https://1.1.1.1/jwks",
      audience: "us",
      subjectBy: "email",
    }),
  ],
  ["users", () => ({ email: "off@example.com", name: "Off" })],
  ["admins", () => ({ email: "off-admin@example.com", name: "Off", role: "auditor" })],
] as const;

async function post(console: TestConsole, path: string, made: Made): Promise<Record<string, unknown>> {
  const response = await console.send(requestOf({ method: "POST", path }, made));
  const text = await response.text();
  if (response.status >= 300) throw new Error(`POST ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

async function switchOff({ console, ids, me }: World): Promise<void> {
  const off: [string, string][] = [["clients", ids.clients?.[1] ?? ""]];
  // who may come in is a person's to change
  const by = (kind: string) => (kind === "admins" ? { who: me } : {});
  for (const [kind, body] of SWITCHED) {
    const answer = await post(console, `/api/v1/${kind}`, { body: body(ids.audiences ?? []), ...by(kind) });
    const inner = Object.values(answer).find((one) => typeof one === "object" && one !== null);
    const id = String(answer.id ?? (inner as { id?: unknown }).id);
    ids[kind] = [...(ids[kind] ?? []), id];
    off.push([kind, id]);
  }
  const why = { reason: "test", note: "" };
  for (const [kind, id] of off)
    await post(console, `/api/v1/${kind}/{id}/disable`, {
      segments: { id },
      ...(kind === "users" ? { body: why } : {}),
      ...by(kind),
    });
  const provider = await console.db.query<{ id: string }>(
    `INSERT INTO sign_in_provider (id, name, issuer, client_id, client_secret_wrapped, scopes, role_claim, role_rules, creates_admins, acr_values, required_acr,
       required_amr, created_at, updated_at, disabled_at)
     SELECT gen_random_uuid(), 'Off', 'https://off.example', client_id, client_secret_wrapped, scopes, role_claim, role_rules, creates_admins, acr_values, required_acr,
       required_amr, created_at, updated_at, now() FROM sign_in_provider LIMIT 1 RETURNING id`,
  );
  ids["sign-in-providers"]?.push(provider[0]?.id ?? "");
}

/** The world, and what ends it. */
export async function startWorld(): Promise<World & { end(): Promise<void> }> {
  const port = await freePort();
  const provider = await startTestProvider({ redirectsTo: "http://localhost:3000/api/auth/callback/", port });
  const console = await startTestConsole([provider.issuer, "smtp://127.0.0.1:9"]);
  const ids = await seedEverything(console);
  const world = {
    console,
    ids,
    me: await addTestPerson(console.db, "owner"),
    other: await addTestPerson(console.db, "owner"),
    contents: await openContents(process.env.DATABASE_URL ?? ""),
    passkeys: [],
    issuer: provider.issuer,
    async end() {
      await world.contents.end();
      await console.end();
      await provider.stop();
    },
  };
  await switchOff(world);
  await prepareWorld(world);
  return world;
}

/** By its name, each operation's request that no sample of its schema hits upon. */
export async function makeRequests(world: World): Promise<Map<string, ApiRequest>> {
  const requests = new Map<string, ApiRequest>();
  for (const [name, make] of Object.entries(MADE)) {
    const [method = "", path = ""] = name.split(" ");
    const made = await make(world).catch((cause: unknown) => {
      throw new Error(`${name} could not be made`, { cause });
    });
    requests.set(name, requestOf({ method, path }, made));
  }
  return requests;
}

/** Requests of the schemas' own, the same ones each time. */
export function samplesOf({ method, path, operation }: NamedOperation, ids: Ids): ApiRequest[] {
  return fc
    .sample(requestsOf(path, operation, ids, true), { numRuns: TRIES, seed: 8 })
    .map((one) => ({ ...one, method, path }));
}

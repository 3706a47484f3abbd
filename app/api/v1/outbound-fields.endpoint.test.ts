import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Contents, changedTables, openContents } from "#lib/db/test-contents.ts";
import { seedEverything, startTestConsole, type TestConsole } from "./test-console.ts";
import { apiDocument, operationsOf } from "./test-operations.ts";
import type { Schema } from "./test-requests.ts";

type Field = {
  operation: string;
  field: string;
  kind?: string;
  /** The rest of the body, of what is there. */
  body: (ids: Record<string, string[]>) => Record<string, unknown>;
  /** Another scheme than https. */
  scheme?: string;
};

const SESSION_REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
const receiver = { name: "Other", issuer: "https://other.example", audience: "us", subjectBy: "email" };
const changed = () => ({ version: 1 });
const issuer = () => ({ name: "Company", clientId: "c", clientSecret: "s" });

/** Every field of the API that holds an address which the product calls. */
const CALLED: Field[] = [
  {
    operation: "POST /api/v1/clients",
    field: "jwksUri",
    body: () => ({ name: "Keys", kind: "service" }),
  },
  { operation: "PATCH /api/v1/clients/{id}", field: "jwksUri", kind: "clients", body: changed },
  {
    operation: "POST /api/v1/event-streams",
    field: "url",
    body: () => ({ name: "Other", delivery: "webhook" }),
  },
  {
    operation: "POST /api/v1/event-streams",
    field: "url",
    scheme: "syslog+tls",
    body: () => ({ name: "Other", delivery: "syslog" }),
  },
  { operation: "PATCH /api/v1/event-streams/{id}", field: "url", kind: "event-streams", body: changed },
  {
    operation: "PUT /api/v1/mail-settings",
    field: "host",
    scheme: "",
    body: () => ({ version: 1, port: 465, tls: "tls", fromAddress: "us@example.com" }),
  },
  {
    operation: "PUT /api/v1/notification-webhook",
    field: "url",
    body: () => ({ version: 1, kinds: ["approval_waiting"] }),
  },
  { operation: "POST /api/v1/sign-in-providers", field: "issuer", body: issuer },
  { operation: "POST /api/v1/sign-in-providers/test", field: "issuer", body: () => ({}) },
  { operation: "POST /api/v1/signal-receivers", field: "jwksUrl", body: () => receiver },
  {
    operation: "PATCH /api/v1/signal-receivers/{id}",
    field: "jwksUrl",
    kind: "signal-receivers",
    body: changed,
  },
  {
    operation: "POST /api/v1/signal-streams",
    field: "endpointUrl",
    body: (ids) => ({ verifierId: ids.verifiers?.[0], events: [SESSION_REVOKED], delivery: "push" }),
  },
  {
    operation: "PATCH /api/v1/signal-streams/{id}",
    field: "endpointUrl",
    kind: "signal-streams",
    body: () => ({ version: 1, delivery: "push" }),
  },
];

/** Addresses that nobody here calls, and what they are. */
const NOT_CALLED: Record<string, string> = {
  redirectUris: "where a browser is sent",
  postLogoutRedirectUris: "where a browser is sent",
  resourceUri: "the name of an audience (RFC 8707)",
  email: "an address of a person",
  contactEmail: "an address of a person",
  fromAddress: "the sender that mails name",
  "POST /api/v1/signal-receivers issuer": "a name that is compared",
  "PATCH /api/v1/signal-receivers/{id} issuer": "a name that is compared",
};

/** Columns that hold addresses which are called, and those that look as if. */
const COLUMNS: Record<string, "called" | "not called"> = {
  "client.jwks_uri": "called",
  "event_stream.url": "called",
  // the mail server and the webhook as they were before an act whose alarm leaves by them: looked at as those are
  "former_mail_server.host": "called",
  "former_webhook.url": "called",
  "mail_settings.host": "called",
  "notification_webhook.url": "called",
  "sign_in_provider.issuer": "called",
  "signal_receiver.jwks_url": "called",
  "signal_stream.endpoint_url": "called",
  "audience.resource_uri": "not called",
  "authority_issuer.issuer": "not called",
  // of what was fetched from `client.jwks_uri`
  "client_key_fetch.uri": "not called",
  "leak_finding.url": "not called",
  "signal_receiver.issuer": "not called",
};

let console: TestConsole;
let contents: Contents;
let ids: Record<string, string[]>;
let redirecting: Server;

beforeAll(async () => {
  redirecting = createServer((_request, response) =>
    response.writeHead(302, { location: "http://169.254.169.254/" }).end(),
  );
  await once(redirecting.listen(0, "127.0.0.1"), "listening");
  console = await startTestConsole([`http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`]);
  ids = await seedEverything(console);
  contents = await openContents(process.env.DATABASE_URL ?? "");
});
afterAll(async () => {
  redirecting?.close();
  await contents?.end();
  await console?.end();
});

function fieldsOf(schema: Schema | undefined): string[] {
  if (schema === undefined) return [];
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.items ? [schema.items] : [])];
  return [
    ...inner.flatMap(fieldsOf),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => [name, ...fieldsOf(one)]),
  ];
}

async function send({ operation, kind, field, body }: Field, value: string) {
  const [method = "", path = ""] = operation.split(" ");
  const response = await console.send({
    method,
    path,
    role: "owner",
    segments: kind === undefined ? {} : { id: ids[kind]?.[0] ?? "" },
    body: JSON.stringify({ ...body(ids), [field]: value }),
  });
  const answer = (await response.json()) as { errors?: { path: string; message: string }[] };
  return { status: response.status, errors: answer.errors ?? [] };
}

describe("P16: every field that holds an address to be called", () => {
  test("has its row here, and so has every column", async () => {
    const looksLike = /url|uri|issuer|host|address|endpoint|origin|email|webhook|server/i;
    const rows = new Set(CALLED.map(({ operation, field }) => `${operation} ${field}`));
    const missing = operationsOf(apiDocument()).flatMap(({ name, operation }) =>
      fieldsOf(operation.requestBody?.content["application/json"]?.schema)
        .filter((field) => looksLike.test(field))
        .filter((field) => !rows.has(`${name} ${field}`))
        .filter((field) => NOT_CALLED[field] === undefined && NOT_CALLED[`${name} ${field}`] === undefined)
        .map((field) => `${name} ${field}`),
    );
    expect(missing).toEqual([]);
    const columns = await console.db.query<{ name: string }>(
      `SELECT DISTINCT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type IN ('text', 'character varying') AND column_name ~ '(^|_)(url|uri|host|endpoint|issuer)$'`,
    );
    expect(columns.map(({ name }) => name).filter((name) => COLUMNS[name] === undefined)).toEqual([]);
  });

  const HOSTS = [
    "10.0.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "[::1]",
    "[::ffff:169.254.169.254]",
    "[fd00::1]",
    "localhost",
  ];
  test.each(CALLED)("is refused where it leads inside: $operation $field $scheme", async (row) => {
    const before = await contents.read();
    const scheme = row.scheme ?? "https";
    const hostile =
      scheme === ""
        ? HOSTS
        : [
            ...HOSTS.map((host) => `${scheme}://${host}/x`),
            "http://1.1.1.1/",
            "file:///etc/passwd",
            `${scheme}://user:pass@1.1.1.1/`,
            "gopher://1.1.1.1/",
          ];
    for (const value of hostile) {
      const { status, errors } = await send(row, value);
      expect({ value, status, paths: errors.map(({ path }) => path) }).toEqual({
        value,
        status: 400,
        paths: [row.field],
      });
    }
    expect(changedTables(before, await contents.read())).toEqual([]);
  });

  test.each(CALLED.filter(({ field }) => field === "issuer"))(
    "is refused where it is called at once and leads elsewhere: $operation $field",
    async (row) => {
      const { port } = redirecting.address() as AddressInfo;
      const { status, errors } = await send(row, `http://127.0.0.1:${port}`);
      expect([status, errors[0]?.message]).toEqual([
        400,
        expect.stringMatching(/redirects are not followed/),
      ]);
    },
  );
});

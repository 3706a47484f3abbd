import type { JsonSchema, NamedOperation, Parameter } from "./document.ts";

const ID = "0190a5b2-7c1e-7f3a-9c4d-2b6e8f1a3c5d";
const MAX_DEPTH = 5;

/** Values that say what a field is for. */
const BY_NAME: Record<string, unknown> = {
  name: "nightly-export",
  email: "ana@example.com",
  note: "Found in a public repository",
  reason: "token_leaked",
  // the least that reads
  role: "auditor",
  version: 3,
  url: "https://siem.example.com/ingest",
};

const BY_FORMAT: Record<string, unknown> = {
  uuid: ID,
  "date-time": "2026-11-29T12:00:00.000Z",
  email: "ana@example.com",
  uri: "https://example.com/",
};

/** A value that a schema takes, of what is required alone: enough to see its shape. */
export function exampleOf(schema: JsonSchema, name = "", depth = 0): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.enum !== undefined) return schema.enum.includes(BY_NAME[name]) ? BY_NAME[name] : schema.enum[0];
  const first = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (first !== undefined) return exampleOf(first, name, depth);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || schema.properties !== undefined) return exampleObject(schema, depth);
  if (type === "array") return exampleList(schema, name, depth);
  if (Object.hasOwn(BY_NAME, name) && typeof BY_NAME[name] === (type === "integer" ? "number" : type))
    return BY_NAME[name];
  if (type === "integer" || type === "number") return Math.max(schema.minimum ?? 0, 1);
  if (type === "boolean") return true;
  if (type === "null") return null;
  return BY_FORMAT[schema.format ?? ""] ?? "…";
}

function exampleObject(schema: JsonSchema, depth: number): unknown {
  if (depth >= MAX_DEPTH) return {};
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {});
  const shown = fields.filter(([key]) => required.has(key));
  return Object.fromEntries(
    (shown.length === 0 ? fields.slice(0, 1) : shown).map(([key, inner]) => [
      key,
      exampleOf(inner, key, depth + 1),
    ]),
  );
}

function exampleList({ items, maxItems }: JsonSchema, name: string, depth: number): unknown[] {
  if (items === undefined || maxItems === 0 || depth >= MAX_DEPTH) return [];
  return [exampleOf(items, name.replace(/s$/, ""), depth + 1)];
}

/** How a shell asks for an operation: what is required, and for a change a key under which it is done once. */
export function curlOf(
  operation: Pick<NamedOperation, "method" | "path" | "requestBody"> & {
    parameters: readonly Parameter[];
    "x-permission": string;
  },
  consoleUrl: string,
): string {
  const { method, path, parameters } = operation;
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = parameters.find((one) => one.in === "path" && one.name === name);
    return encodeURIComponent(String(exampleOf(parameter?.schema ?? {}, name))).replaceAll("%E2%80%A6", name);
  });
  const query = parameters
    .filter((one) => one.in === "query" && one.required)
    .map((one) => [one.name, String(exampleOf(one.schema, one.name))]);
  const lines = [
    `curl ${method === "GET" ? "" : `-X ${method} `}'${consoleUrl}${address}${queryText(query)}'`,
  ];
  if (operation["x-permission"] !== "public") {
    lines.push('-H "Authorization: Bearer $API_TOKEN"');
    if (method !== "GET") lines.push('-H "Idempotency-Key: $(uuidgen)"');
  }
  const body = operation.requestBody?.content["application/json"]?.schema;
  if (body !== undefined) {
    lines.push("-H 'Content-Type: application/json'");
    lines.push(`-d '${JSON.stringify(exampleOf(body), null, 2).replaceAll("'", "'\\''")}'`);
  }
  return lines.join(" \\\n  ");
}

function queryText(pairs: string[][]): string {
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}

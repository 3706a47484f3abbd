import fc from "fast-check";

/** JSON Schema as `openapi.json` writes it. */
export type Schema = {
  type?: string;
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
};

export type Parameter = { name: string; in?: "path" | "query"; required: boolean; schema: Schema };

/** Texts that programs trip over. */
const HOSTILE_TEXTS = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "\udfff\ud800",
  "\u202egnp.exe",
  "\u001b[2J\u001b[31m",
  "\r\nSet-Cookie: a=b",
  "<script>alert(1)</script>",
  "'; DROP TABLE client; --",
  "%",
  "_",
  "\\",
  "$1",
  "$(id)",
  "{{7*7}}",
  "__proto__",
  "constructor",
  "(a+)+$",
  "../../../../etc/passwd",
  "..%2f..%2f",
  "null",
  "NaN",
  "-1",
  "1e999",
  "9007199254740993",
  "🙈".repeat(200),
  "é".repeat(3_000),
  "x".repeat(20_000),
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-7fff-bfff-ffffffffffff",
  "0000-01-01T00:00:00Z..9999-12-31T23:59:59.999Z",
  "within:999999999d",
] as const;

const HOSTILE_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  0.1,
  1e9,
  1e21,
  2 ** 31,
  2 ** 53,
  "3600",
  [],
  {},
  [null],
  { $ne: null },
  { $gt: "" },
  JSON.parse('{"__proto__":{"isOwner":true}}'),
  { constructor: { prototype: {} } },
  { toString: 1 },
  Array.from({ length: 2_000 }, (_, index) => index),
  ...HOSTILE_TEXTS,
];

/** Ids that name something, by what they name: `clients`, `audit-entries`. */
export type Ids = Readonly<Record<string, readonly string[]>>;

/** Fields whose schema says less than their use case asks for. */
const FIELDS: Record<string, fc.Arbitrary<unknown>> = {
  email: fc.nat().map((n) => `person-${n}@example.com`),
  resourceUri: fc.nat().map((n) => `https://api-${n}.example.com/`),
  redirectUris: fc.constantFrom([], ["https://app.example.com/callback"], ["http://127.0.0.1/callback"]),
  postLogoutRedirectUris: fc.constantFrom([], ["https://app.example.com/bye"]),
  version: fc.integer({ min: 1, max: 8 }),
};

function fieldOf(name: string, schema: Schema, ids: Ids): fc.Arbitrary<unknown> {
  const usual = allowedBy(schema, ids);
  const known = FIELDS[name] ?? (name.endsWith("Ids") ? idsOf(`${name.slice(0, -3)}s`, ids) : undefined);
  return known === undefined
    ? usual
    : fc.oneof({ weight: 4, arbitrary: known }, { weight: 1, arbitrary: usual });
}

function idsOf(kind: string, ids: Ids): fc.Arbitrary<unknown> {
  return fc.subarray([...(ids[kind] ?? [])]);
}

/** An id of the kind, of another kind, or of nothing. */
export function idOf(kind: string, ids: Ids): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...(ids[kind] ?? Object.values(ids).flat())) },
    { weight: 1, arbitrary: fc.constantFrom(...Object.values(ids).flat()) },
    { weight: 1, arbitrary: fc.uuid() },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  );
}

/** Parts of paths that are no ids of rows. */
const NAMED_PARTS: Record<string, readonly string[]> = {
  rule: ["burst"],
  purpose: ["access_token", "id_token"],
  name: ["tokens"],
  step: ["audit"],
  acts: ["postKeys"],
  kind: ["client"],
};

/** What names something that is there. */
export function aptIdOf({ kind, name }: { kind: string; name: string }, ids: Ids): fc.Arbitrary<string> {
  const known = NAMED_PARTS[kind] ?? NAMED_PARTS[name] ?? ids[kind];
  return known === undefined || known.length === 0 ? fc.uuid() : fc.constantFrom(...known);
}

/** Values that a schema allows; ids mostly name something. */
export function allowedBy(schema: Schema, ids: Ids): fc.Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((one) => allowedBy(one, ids)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const { minimum = -10, maximum = 2 ** 31 } = schema;
  switch (schema.type) {
    case "string":
      return textOf(schema, ids);
    case "integer":
      return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum));
    case "number":
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(allowedBy(schema.items ?? {}, ids), { maxLength: Math.min(schema.maxItems ?? 3, 3) });
    case "object":
      return objectOf(schema, ids);
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function textOf(schema: Schema, ids: Ids): fc.Arbitrary<unknown> {
  const all = Object.values(ids).flat();
  if (schema.format === "uuid") return fc.oneof(fc.constantFrom(...all), fc.uuid());
  if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern, "u"));
  const minLength = schema.minLength ?? 0;
  const maxLength = Math.max(minLength, Math.min(schema.maxLength ?? 20, minLength + 20));
  const words = fc.string({ minLength, maxLength, unit: fc.constantFrom(..."abcdefgh  xyzÄß漢🙈'%_-.") });
  return fc.oneof(words, fc.string({ minLength, maxLength, unit: "grapheme" }), fc.constantFrom(...all));
}

function objectOf(schema: Schema, ids: Ids): fc.Arbitrary<unknown> {
  const { properties, required = [] } = schema;
  if (properties === undefined)
    return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }));
  const fields = Object.entries(properties).map(([name, one]) => [name, fieldOf(name, one, ids)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required });
}

type Change =
  | { kind: "put"; at: number; value: unknown }
  | { kind: "drop"; at: number }
  | { kind: "add"; name: string; value: unknown };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant("put" as const), at: fc.nat(20), value: fc.constantFrom(...HOSTILE_VALUES) }),
  fc.record({ kind: fc.constant("drop" as const), at: fc.nat(20) }),
  fc.record({
    kind: fc.constant("add" as const),
    name: fc.constantFrom("nosuch", "__proto__", "constructor", "id", "role", "isOwner", "a\0b", "\ud800"),
    value: fc.constantFrom(...HOSTILE_VALUES),
  }),
);

function changed(given: Record<string, unknown>, changes: readonly Change[]): Record<string, unknown> {
  const result = new Map(Object.entries(given));
  for (const one of changes) {
    if (one.kind === "add") {
      result.set(one.name, one.value);
      continue;
    }
    const name = [...result.keys()][one.at % Math.max(1, result.size)];
    if (name === undefined) continue;
    if (one.kind === "drop") result.delete(name);
    else result.set(name, one.value);
  }
  return Object.fromEntries(result);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a schema allows, and often something near it that it does not. */
export function nearly(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const mutated = fc
    .tuple(arbitrary, fc.array(change, { minLength: 1, maxLength: 2 }))
    .map(([value, changes]) => (isRecord(value) ? changed(value, changes) : changes[0]));
  return fc.oneof(
    { weight: 5, arbitrary },
    { weight: 5, arbitrary: mutated },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_VALUES) },
  );
}

function textsOf({ name, schema }: Parameter, ids: Ids): fc.Arbitrary<[string, string[]]> {
  const isMany = schema.type === "array";
  const one = isMany ? allowedBy(schema.items ?? {}, ids) : fieldOf(name, schema, ids);
  const text = fc.oneof(
    { weight: 7, arbitrary: one.map(String) },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  );
  const texts = fc.oneof(
    { weight: isMany ? 1 : 9, arbitrary: text.map((only) => [only]) },
    { weight: 1, arbitrary: fc.array(text, { minLength: 2, maxLength: 3 }) },
  );
  return texts.map((values) => [name, values]);
}

/** The query of an operation: what is required mostly, and a few of the rest. */
export function queryOf(parameters: readonly Parameter[], ids: Ids): fc.Arbitrary<string> {
  const required = parameters.filter((one) => one.required);
  const optional = parameters.filter((one) => !one.required);
  const unknown = fc.tuple(
    fc.constantFrom("nosuch", "id[$ne]", "__proto__"),
    fc.constantFrom(...HOSTILE_TEXTS),
  );
  return fc
    .tuple(
      fc.tuple(...required.map((one) => textsOf(one, ids))),
      fc
        .subarray(optional, { maxLength: Math.min(2, optional.length) })
        .chain((few) => fc.tuple(...few.map((one) => textsOf(one, ids)))),
      fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: unknown }),
    )
    .map(([first, rest, extra]) => {
      const pairs = [...first, ...rest].flatMap(([name, values]) =>
        values.map((value): [string, string] => [name, value]),
      );
      const params = new URLSearchParams(extra === null ? pairs : [...pairs, extra]);
      return params.size === 0 ? "" : `?${params}`;
    });
}

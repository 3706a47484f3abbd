import { expect, test } from "vitest";
import { createClientInput } from "./input.ts";

const good = { name: "Billing", kind: "service" };

function pathsOf(input: unknown): string[] {
  const parsed = createClientInput.safeParse(input);
  return parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join("."));
}

test("accepts the least that a client needs and fills in the rest", () => {
  expect(createClientInput.parse(good)).toMatchObject({
    tokenFormat: "jwt",
    redirectUris: [],
    customClaims: {},
    requireConsent: true,
  });
});

test.each([0, -1, 59, 86_401, 1e9, "3600", 0.1, Number.NaN, 60.5, true])(
  "refuses a lifetime of %s",
  (seconds) => {
    expect(pathsOf({ ...good, accessTokenTtlSeconds: seconds })).toEqual(["accessTokenTtlSeconds"]);
  },
);

test.each([
  "iss",
  "sub",
  "aud",
  "exp",
  "jti",
  "client_id",
  "scope",
  "groups",
  "cnf",
  "act",
  "rooted_at",
  "family",
  "sid",
  "status",
])("refuses the claim %s, which has a meaning already", (claim) => {
  expect(pathsOf({ ...good, customClaims: { [claim]: "x" } })).toEqual([`customClaims.${claim}`]);
});

test("lets no __proto__ through", () => {
  const parsed = createClientInput.parse({ ...good, customClaims: JSON.parse('{"__proto__": {"a": 1}}') });
  expect(JSON.stringify(parsed.customClaims)).toBe("{}");
  expect("a" in parsed.customClaims).toBe(false);
});

test("refuses claims of more than 4 KB and of more than eight levels", () => {
  expect(pathsOf({ ...good, customClaims: { plan: "x".repeat(5000) } })).toEqual(["customClaims"]);
  const deep = JSON.parse(`${'{"a":'.repeat(20)}1${"}".repeat(20)}`);
  expect(pathsOf({ ...good, customClaims: deep })).toEqual(["customClaims"]);
});

test.each([
  ["", "empty"],
  ["x".repeat(81), "long"],
  ["a\u202eb", "turned round"],
  ["a\u001b[31mb", "ANSI"],
  ["a\nb", "two lines"],
  ["a\ud800", "half a character"],
])("refuses the name %j (%s)", (name) => {
  expect(pathsOf({ ...good, name })).toContain("name");
});

test.each(["Has Space", "UPPER", "-x-", "a", "x".repeat(65), "a/b", "a\0b"])(
  "refuses the client ID %j",
  (clientId) => {
    expect(pathsOf({ ...good, clientId })).toEqual(["clientId"]);
  },
);

test("refuses a parameter that it does not know", () => {
  expect(createClientInput.safeParse({ ...good, isAdmin: true }).success).toBe(false);
});

test.each(["idTokenSignedResponseAlg", "id_token_signed_response_alg"])(
  "refuses a client that demands an algorithm of its own for ID tokens, and names %s",
  (name) => {
    const given = createClientInput.safeParse({ ...good, [name]: "RS256" });
    expect(given.error?.issues).toEqual([expect.objectContaining({ keys: [name] })]);
  },
);

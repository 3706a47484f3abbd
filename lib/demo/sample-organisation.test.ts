import { expect, test } from "vitest";
import { AUDIENCE_NAME_PATTERN, PERMISSION_NAME_PATTERN, PROTOCOL_SCOPES } from "../audiences/model.ts";
import { CLIENT_ID_PATTERN, RESERVED_CLAIMS } from "../clients/model.ts";
import { redirectUriProblem } from "../clients/redirect-uri.ts";
import { GROUP_NAME_PATTERN } from "../groups/model.ts";
import { VERIFIER_NAME_PATTERN } from "../verifiers/model.ts";
import { completeDemoCredentials } from "./credentials.ts";
import { SAMPLE_CLIENTS, SAMPLE_VERIFIERS, sampleRedirectUris } from "./sample-clients.ts";
import { SAMPLE_AUDIENCES, SAMPLE_GROUPS } from "./sample-directory.ts";
import { SAMPLE_PEOPLE_COUNT, SAMPLE_PERSON, samplePeople } from "./sample-people.ts";

const owner = new Map(
  SAMPLE_AUDIENCES.flatMap(({ name, permissions }) => Object.keys(permissions).map((each) => [each, name])),
);

test("names what the registry would accept", () => {
  for (const { name } of SAMPLE_AUDIENCES) expect(name).toMatch(AUDIENCE_NAME_PATTERN);
  for (const name of owner.keys()) {
    expect(name).toMatch(PERMISSION_NAME_PATTERN);
    expect(PROTOCOL_SCOPES.has(name)).toBe(false);
  }
  for (const { name } of SAMPLE_GROUPS) expect(name).toMatch(GROUP_NAME_PATTERN);
  for (const { name } of SAMPLE_VERIFIERS) expect(name).toMatch(VERIFIER_NAME_PATTERN);
  for (const { clientId, customClaims } of SAMPLE_CLIENTS) {
    expect(clientId).toMatch(CLIENT_ID_PATTERN);
    expect(Object.keys(customClaims).filter((claim) => RESERVED_CLAIMS.has(claim))).toEqual([]);
  }
});

test("gives clients only permissions of their own audiences, and groups only permissions that exist", () => {
  for (const { permissions, audiences } of SAMPLE_CLIENTS)
    for (const permission of permissions) expect(audiences).toContain(owner.get(permission));
  for (const { permissions } of SAMPLE_GROUPS)
    for (const permission of permissions) expect(owner.has(permission)).toBe(true);
});

test("has one verifier for each audience, and somewhere to come back to for each client with users", () => {
  const verified = SAMPLE_VERIFIERS.flatMap(({ audiences }) => audiences);
  expect(verified.toSorted()).toEqual(SAMPLE_AUDIENCES.map(({ name }) => name).toSorted());
  for (const client of SAMPLE_CLIENTS) {
    const uris = sampleRedirectUris(client);
    expect(uris.length > 0).toBe(client.kind !== "service");
    expect(
      uris.map((uri) => redirectUriProblem(uri, client.kind)).filter((problem) => problem !== null),
    ).toEqual([]);
  }
});

test("has the same people on every call, each with an address of their own and one to three groups", () => {
  const people = samplePeople();
  expect(samplePeople()).toEqual(people);
  expect(people).toHaveLength(SAMPLE_PEOPLE_COUNT);
  expect(new Set(people.map(({ email }) => email)).size).toBe(SAMPLE_PEOPLE_COUNT);
  expect(people[0]?.email).toBe(SAMPLE_PERSON);
  const known = new Set(SAMPLE_GROUPS.map(({ name }) => name));
  for (const { email, groups } of people) {
    expect(email).toMatch(/^[a-z]+(?:\.[a-z]+)+@northwind\.example$/);
    expect(groups.length).toBeGreaterThan(0);
    expect(groups.length).toBeLessThanOrEqual(3);
    expect(groups.every((group) => known.has(group))).toBe(true);
  }
});

test("makes only the credentials that are missing", () => {
  const first = completeDemoCredentials(null);
  expect(first.isPasswordNew).toBe(true);
  expect(first.credentials.user.password).toHaveLength(24);
  expect(first.newClientSecrets.size).toBe(
    SAMPLE_CLIENTS.filter(({ kind }) => kind === "web" || kind === "service").length,
  );
  const again = completeDemoCredentials(first.credentials);
  expect(again.credentials).toEqual(first.credentials);
  expect([again.isPasswordNew, again.newClientSecrets.size, again.newVerifierSecrets.size]).toEqual([
    false,
    0,
    0,
  ]);
  const { reconciler: _, ...rest } = first.credentials.clientSecrets;
  const partly = completeDemoCredentials({ ...first.credentials, clientSecrets: rest });
  expect([...partly.newClientSecrets]).toEqual(["reconciler"]);
});

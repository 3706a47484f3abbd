import { expect, test } from "vitest";
import { SAMPLE_CLIENTS } from "#lib/demo/sample-clients.ts";
import { SAMPLE_AUDIENCES } from "#lib/demo/sample-directory.ts";
import { samplePeople } from "#lib/demo/sample-people.ts";
import { withSamplePlaces } from "#lib/demo/sample-places.ts";
import { findOperation, OPERATIONS, operationsOf } from "./operations.ts";
import { personOrigin, serviceOrigin } from "./origins.ts";

const placeOf = withSamplePlaces(() => null);
const DOCUMENTATION = /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}$|^2001:db8:/;

test("offers something for every permission, at the audience that owns it", () => {
  const offered = new Set(OPERATIONS.map(({ audience, permission }) => `${audience} ${permission}`));
  const owned = SAMPLE_AUDIENCES.flatMap(({ name, permissions }) =>
    Object.keys(permissions).map((permission) => `${name} ${permission}`),
  );
  expect([...offered].toSorted()).toEqual(owned.toSorted());
  for (const { permissions } of SAMPLE_CLIENTS)
    expect(operationsOf(new Set(permissions)).length).toBeGreaterThan(0);
});

test("finds each operation by the requests that are made of it, and nothing elsewhere", () => {
  for (const operation of OPERATIONS)
    expect(findOperation(operation.method, operation.path.replace("{}", "ab12cd34"))).toBe(operation);
  expect(findOperation("DELETE", "/v1/invoices")).toBeNull();
  expect(findOperation("GET", "/v1/invoices/1/../2")).toBeNull();
});

test("comes from addresses that are kept for documentation only", () => {
  for (const { email } of samplePeople())
    for (const isAway of [true, false])
      expect(personOrigin(email, "billing-web", "web", isAway).ip).toMatch(DOCUMENTATION);
  for (const { email, country } of samplePeople())
    expect(placeOf(personOrigin(email, "billing-web", "web", false).ip)).toBe(country);
  for (const { clientId } of SAMPLE_CLIENTS)
    for (const copy of [0, 1, 2]) expect(serviceOrigin(clientId, copy).ip).toMatch(DOCUMENTATION);
});

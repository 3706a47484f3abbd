import fc from "fast-check";
import type { FastifyRequest } from "fastify";
import { expect, test } from "vitest";
import { pieceOf, placesOf, secretSample } from "#lib/audit/test-secrets.ts";
import { propertyRuns } from "#lib/test-property-runs.ts";
import { createAddressReader } from "./client-address.ts";
import { readPresentedUse } from "./presented-use.ts";
import type { Services } from "./services.ts";

const services = { addresses: createAddressReader([]) } as unknown as Services;

function presented(headers: Record<string, string>) {
  const raw = { headers, socket: { remoteAddress: "192.0.2.1" } };
  return readPresentedUse(services, { headers, raw } as unknown as FastifyRequest);
}

test("a verifier's forwarded request is told by its method, path and user agent", () => {
  expect(
    presented({
      "x-original-method": "GET",
      "x-original-uri": "/v1/invoices?page=2",
      "user-agent": "curl/8",
    }),
  ).toMatchObject({ method: "GET", path: "/v1/invoices", userAgent: "curl/8" });
  for (const [target, path] of [
    ["https://user:password@api.example.com/v1", "/v1"],
    ["HTTPS://user:password@api.example.com/v1", "/v1"],
    ["wss://user:password@api.example.com/v1", "/v1"],
    ["https://", null],
  ])
    expect([target, presented({ "x-forwarded-uri": target ?? "" }).path]).toEqual([target, path]);
});

test("no secret of any kind passes, in whichever header it stands", () => {
  const header = fc.constantFrom("x-original-uri", "x-forwarded-uri", "x-original-url");
  fc.assert(
    fc.property(
      secretSample,
      header,
      fc.string({ maxLength: 20 }),
      fc.nat({ max: 120 }),
      (sample, name, before, pad) => {
        for (const { target, userAgent } of placesOf(sample, before, pad)) {
          const kept = presented({
            [name]: target,
            "user-agent": userAgent,
            "x-original-method": sample.value,
          });
          for (const text of [kept.path, kept.userAgent, kept.method])
            expect([target, userAgent, pieceOf(sample, text)]).toEqual([target, userAgent, undefined]);
        }
      },
    ),
    { numRuns: propertyRuns(300) },
  );
});

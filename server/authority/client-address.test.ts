import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { createAddressReader } from "./client-address.ts";

function requestFrom(remoteAddress: string, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}

test("a connection that was cut has no address, and is no error", () => {
  for (const trusted of [[], ["10.0.0.0/8"]]) {
    const addresses = createAddressReader(trusted);
    const cut = { headers: {}, socket: {} } as unknown as IncomingMessage;
    expect(addresses.of(cut)).toBe("");
    expect(addresses.isForwarded(cut)).toBe(false);
  }
});

test("tells an IPv4 address plainly where a socket of both families gives it", () => {
  const addresses = createAddressReader(["10.0.0.0/8"]);
  expect(addresses.of(requestFrom("::ffff:192.0.2.7"))).toBe("192.0.2.7");
  expect(addresses.of(requestFrom("::ffff:10.1.1.1", "::ffff:192.0.2.7"))).toBe("192.0.2.7");
  expect(addresses.spokenOf(requestFrom("192.0.2.1", "::ffff:192.0.2.7"))).toBe("192.0.2.7");
  expect(addresses.of(requestFrom("2001:db8::1"))).toBe("2001:db8::1");
  expect(addresses.of(requestFrom("10.1.1.1", "2001:DB8:0:0::1"))).toBe("2001:db8::1");
  expect(addresses.spokenOf(requestFrom("192.0.2.1", "2001:DB8:0:0::1"))).toBe("2001:db8::1");
});

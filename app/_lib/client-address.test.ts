import { expect, test } from "vitest";
import { clientAddress, PEER_HEADER, trustedList } from "./client-address.ts";

const trusted = trustedList(["10.0.0.0/8", "::1"]);

test.each([
  { peer: "203.0.113.9", forwarded: "", is: "203.0.113.9", because: "nobody forwards" },
  {
    peer: "203.0.113.9",
    forwarded: "198.51.100.1",
    is: "203.0.113.9",
    because: "a stranger's word counts for nothing",
  },
  { peer: "10.0.0.1", forwarded: "198.51.100.1", is: "198.51.100.1", because: "a trusted proxy says so" },
  {
    peer: "::ffff:10.0.0.1",
    forwarded: "198.51.100.1",
    is: "198.51.100.1",
    because: "mapped addresses are the same",
  },
  {
    peer: "10.0.0.1",
    forwarded: "6.6.6.6, 198.51.100.1",
    is: "198.51.100.1",
    because: "what the caller wrote before is not believed",
  },
  {
    peer: "10.0.0.1",
    forwarded: "198.51.100.1, 10.0.0.2",
    is: "198.51.100.1",
    because: "two proxies are ours",
  },
  { peer: "10.0.0.1", forwarded: "10.0.0.3", is: "10.0.0.3", because: "everything on the way is ours" },
  {
    peer: "::1",
    forwarded: "[2001:db8::1]:443",
    is: "2001:db8::1",
    because: "a port is no part of an address",
  },
  { peer: "10.0.0.1", forwarded: "2001:DB8:0::1", is: "2001:db8::1", because: "it has one spelling" },
  { peer: "10.0.0.1", forwarded: "not an address", is: "10.0.0.1", because: "garbage ends the walk" },
])("$is where $because", ({ peer, forwarded, is }) => {
  const headers = new Headers({ [PEER_HEADER]: peer, ...(forwarded && { "x-forwarded-for": forwarded }) });
  expect(clientAddress(headers, trusted)).toBe(is);
});

test("null where the socket is unknown, whatever is forwarded", () => {
  expect(clientAddress(new Headers({ "x-forwarded-for": "198.51.100.1" }), trusted)).toBeNull();
});

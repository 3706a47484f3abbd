import { expect, test } from "vitest";
import { parseAddress, parseNetwork, plainAddress, wideNetworkOf } from "./address.ts";

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["203.0.113.7/32", "203.0.113.7"],
  ["10.1.2.3/8", "10.1.2.3/8"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["2001:DB8::1", "2001:db8::1"],
  ["2001:db8:0:0:0:0:0:1", "2001:db8::1"],
  ["2001:db8::/32", "2001:db8::/32"],
  ["::1/128", "::1"],
  ["::ffff:192.0.2.1", "::ffff:c000:201"],
])("reads %s as %s", (text, address) => {
  expect(parseAddress(text)).toBe(address);
});

test.each([
  "",
  "1.2.3",
  "256.1.1.1",
  "01.2.3.4",
  "1.2.3.4/33",
  "1.2.3.4/",
  "2001:::1",
  "::1/129",
  "fe80::1%eth0",
  "[::1]",
  "::1]/@evil",
  "localhost",
  "1.2.3.4 OR 1=1",
  "1".repeat(200),
])("refuses %j", (text) => {
  expect(parseAddress(text)).toBeNull();
});

test.each([
  ["10.0.0.5/8", "10.0.0.0/8"],
  ["203.0.113.129/25", "203.0.113.128/25"],
  ["1.2.3.4/0", "0.0.0.0/0"],
  ["203.0.113.7/32", "203.0.113.7"],
  ["203.0.113.7", "203.0.113.7"],
  ["2001:db8::5/32", "2001:db8::/32"],
  ["2001:db8:1:2:3:4:5:6/49", "2001:db8:1::/49"],
  ["::ffff:192.0.2.1/112", "::ffff:c000:0/112"],
  ["fe80::1/0", "::/0"],
  ["1.2.3.4/33", null],
])("%s means the network %s", (text, network) => {
  expect(parseNetwork(text)).toBe(network);
});

test.each([
  ["203.0.113.7", "203.0.0.0/8"],
  ["10.0.0.0/8", "10.0.0.0/8"],
  ["10.0.0.0/7", null],
  ["0.0.0.0/0", null],
  ["2001:db8:1::/48", "2001:db8::/32"],
  ["2001:db8::/32", "2001:db8::/32"],
  ["2001:db8::/31", null],
  ["2001::1", "2001::/32"],
  ["::1", "::/32"],
  ["::ffff:c000:201", "::/32"],
  ["fe80::1", "fe80::/32"],
])("finds %s in the wide network %s", (address, network) => {
  expect(wideNetworkOf(address)).toBe(network);
});

test.each([
  ["2001:DB8:0::0001", "2001:db8::1"],
  ["::FFFF:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["0:0:0:0:0:ffff:c000:201", "192.0.2.1"],
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.2.0/24", null],
  ["fe80::1%eth0", null],
  ["unknown", null],
])("the log has %s as %s", (text, address) => {
  expect(plainAddress(text)).toBe(address);
});

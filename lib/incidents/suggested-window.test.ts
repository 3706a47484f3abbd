import { describe, expect, test } from "vitest";
import { networkOf } from "./network.ts";
import { type PlacedEvent, suggestWindow } from "./suggested-window.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 28, 12, minute));
const event = (change: Partial<PlacedEvent> & { at: Date }): PlacedEvent => ({
  tokenId: "t",
  isOfCase: true,
  isIssue: false,
  ip: "192.0.2.10",
  country: "DE",
  ...change,
});
const issue = event({ at: at(0), isIssue: true });

describe("the suggested window", () => {
  test("begins with the first use from a country that nobody of them had come from", () => {
    const { from, why } = suggestWindow(
      [
        event({ at: at(9), country: "BR", ip: "203.0.113.1" }),
        issue,
        event({ at: at(5), country: "FR", ip: "198.51.100.7" }),
      ],
      at(0),
    );
    expect(from).toEqual(at(5));
    expect(why).toContain("First use from FR");
  });

  test("begins with a new network where no country is known", () => {
    const events = [
      { ...issue, country: null },
      event({ at: at(3), country: null }),
      event({ at: at(4), country: null, ip: "192.0.3.1" }),
    ];
    expect(suggestWindow(events, at(0))).toMatchObject({
      from: at(4),
      why: expect.stringContaining("192.0.3.0/24"),
    });
  });

  test("takes no place for new where another token of the same user was used before", () => {
    const known = event({
      at: at(-60),
      isOfCase: false,
      tokenId: "other",
      country: "FR",
      ip: "198.51.100.9",
    });
    const { from } = suggestWindow(
      [known, issue, event({ at: at(5), country: "FR", ip: "198.51.100.7" })],
      at(0),
    );
    expect(from).toEqual(at(0));
  });

  test("is the issue where nothing came from elsewhere, or nothing happened at all, and says so", () => {
    for (const events of [[], [issue], [issue, event({ at: at(1) })]])
      expect(suggestWindow(events, at(0))).toMatchObject({
        from: at(0),
        why: expect.stringContaining("issue"),
      });
  });
});

describe("the network of an address", () => {
  test.each([
    ["192.0.2.77", "192.0.2.0/24"],
    ["::ffff:192.0.2.77", "192.0.2.0/24"],
    ["2001:db8:1:2::9", "2001:db8:1::/48"],
    ["2001:0db8:0001::9", "2001:db8:1::/48"],
    ["::1", "0:0:0::/48"],
    ["nonsense", null],
  ])("of %s is %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

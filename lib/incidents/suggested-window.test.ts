import { describe, expect, test } from "vitest";
import { networkOf } from "./network.ts";
import { type PlacedEvent, suggestWindow } from "./suggested-window.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 28, 12, minute));
const event = (change: Partial<PlacedEvent> & { at: Date }): PlacedEvent => ({
  tokenId: "t",
  isOfCase: true,
  isSignIn: false,
  isOfService: false,
  ip: "192.0.2.10",
  country: "DE",
  ...change,
});
const issue = event({ at: at(0), isSignIn: true });

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
    expect(why).toContain("First use from France: nobody had signed in");
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

  test("begins where a thief exchanges a refresh token: what comes of it teaches no place", () => {
    const thief = { country: "BR", ip: "203.0.113.1" };
    const { from } = suggestWindow(
      [issue, event({ at: at(5), tokenId: "stolen", ...thief }), event({ at: at(6), ...thief })],
      at(0),
    );
    expect(from).toEqual(at(5));
    const signedIn = event({ at: at(5), tokenId: "own", isOfCase: false, isSignIn: true, ...thief });
    expect(suggestWindow([issue, signedIn, event({ at: at(6), ...thief })], at(0)).from).toEqual(at(0));
  });

  test("takes no place for known by uses of others of the user since: the thief may have those too", () => {
    const other = event({ at: at(3), isOfCase: false, tokenId: "other", country: "BR", ip: "203.0.113.1" });
    const { from } = suggestWindow(
      [issue, other, event({ at: at(5), country: "BR", ip: "203.0.113.2" })],
      at(0),
    );
    expect(from).toEqual(at(5));
  });

  test("takes the first place for known where the issue has none", () => {
    const nowhere = { ...issue, country: null, ip: null };
    expect(suggestWindow([nowhere, event({ at: at(1) }), event({ at: at(2) })], at(0)).from).toEqual(at(0));
    const { from } = suggestWindow(
      [nowhere, event({ at: at(1) }), event({ at: at(2), country: "FR" })],
      at(0),
    );
    expect(from).toEqual(at(2));
  });

  describe("of a service's token", () => {
    const service = { isOfService: true };
    const asked = event({ at: at(0), isSignIn: true, ...service, ip: "127.0.0.1", country: null });
    const owner = { ...service, ip: "145.94.1.7", country: "NL" };
    const thief = { ...service, ip: "198.51.100.9", country: "RU" };

    test("begins with the thief, not with the service's first call: where it asks for tokens is not where it uses them", () => {
      const { from, why } = suggestWindow(
        [asked, event({ at: at(1), ...owner }), event({ at: at(2), ...thief })],
        at(0),
      );
      expect(from).toEqual(at(2));
      expect(why).toBe(
        "First use from Russia: its service had asked for no token from there, and none of its earlier tokens was used from there.",
      );
      const nowhere = { country: null };
      const events = [event({ at: at(1), ...owner, ...nowhere }), event({ at: at(2), ...thief, ...nowhere })];
      expect(suggestWindow([asked, ...events], at(0)).from).toEqual(at(2));
    });

    test("begins with the thief's call where that is the first, as its earlier tokens came from elsewhere", () => {
      const before = event({ at: at(-60), isOfCase: false, tokenId: "other", ...owner });
      const events = [before, asked, event({ at: at(1), ...thief }), event({ at: at(2), ...owner })];
      expect(suggestWindow(events, at(0)).from).toEqual(at(1));
    });
  });

  describe("and what was detected of the tokens", () => {
    const elsewhere = event({ at: at(3), ip: "203.0.113.1" });
    const country = { rule: "new_country", at: at(6), says: "a country" } as const;
    const network = { rule: "new_network", at: at(5), says: "a network" } as const;

    test("is what it begins with, rather than with a network that is new: a country before networks", () => {
      expect(suggestWindow([issue, elsewhere], at(0)).from).toEqual(at(3));
      expect(suggestWindow([issue, elsewhere], at(0), [network])).toEqual({ from: at(5), why: "a network" });
      expect(suggestWindow([issue, elsewhere], at(0), [network, country])).toEqual({
        from: at(6),
        why: "a country",
      });
      expect(suggestWindow([issue], at(0), [country]).from).toEqual(at(6));
    });

    test("is not, where a country that is new to them came earlier", () => {
      const abroad = event({ at: at(4), country: "FR" });
      expect(suggestWindow([issue, abroad], at(0), [country, network]).from).toEqual(at(4));
    });
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

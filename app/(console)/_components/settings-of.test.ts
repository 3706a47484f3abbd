import { expect, test } from "vitest";
import { settingsOf } from "./settings-of.ts";
import { wayWords } from "./way-words.ts";

test("who checks signatures alone has neither a mode nor a record, unless it was seen to hear or to ask", () => {
  expect(settingsOf("jwks", [])).toEqual({ hearing: false, record: false });
  expect(settingsOf("jwks", ["introspection"])).toEqual({ hearing: false, record: true });
  expect(settingsOf("jwks", ["poll"])).toEqual({ hearing: true, record: false });
  expect(wayWords({ checkWay: "jwks", mode: "strict" })).toBe("Signatures alone");
});

test("who hears has a mode, and who asks has a record", () => {
  expect(settingsOf("feed", [])).toEqual({ hearing: true, record: false });
  expect(settingsOf("status_list", [])).toEqual({ hearing: true, record: false });
  expect(settingsOf("feed", ["feed", "introspection"])).toEqual({ hearing: true, record: true });
  for (const way of ["introspection", "forward_auth"] as const)
    expect(settingsOf(way, [])).toEqual({ hearing: false, record: true });
  expect(wayWords({ checkWay: "feed", mode: "strict" })).toBe("Feed, strict");
});

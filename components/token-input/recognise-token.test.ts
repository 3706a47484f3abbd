import { describe, expect, it } from "vitest";
import { uuidv7 } from "#lib/ids.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { recogniseToken } from "./recognise-token.ts";

const id = uuidv7(Date.UTC(2026, 10, 21));

function jwt(payload: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "ES256", typ: "at+jwt" })}.${part(payload)}.c2lnbmF0dXJl`;
}

describe("recogniseToken", () => {
  it("reads the jti of a JWT, whatever stands around it", () => {
    const token = jwt({ jti: id });
    for (const text of [
      token,
      `  ${token}\n`,
      `Authorization: Bearer ${token}`,
      `{"access_token":"${token}"}`,
    ])
      expect(recogniseToken(text)).toEqual({ format: "jwt", id });
  });

  it("reads the id of an opaque access and refresh token", () => {
    for (const prefix of ["twa_", "twr_"] as const) {
      const token = makeOpaque(prefix, id);
      expect(recogniseToken(`token=${token}`)).toEqual({ format: "opaque", id });
    }
  });

  it("still sees a token that is cut, mistyped or of somebody else, so that it is not searched for", () => {
    const opaque = makeOpaque("twa_", id);
    expect(recogniseToken(opaque.slice(0, -3))).toEqual({ format: "opaque", id: null });
    expect(recogniseToken(jwt({ sub: "x" }))).toEqual({ format: "jwt", id: null });
    expect(recogniseToken(jwt({ jti: "../users" }))).toEqual({ format: "jwt", id: null });
    const cut = jwt({ jti: id }).split(".").slice(0, 2).join(".");
    expect(recogniseToken(cut)?.format).toBe("jwt");
  });

  it("takes no search, id, hash or address for a token", () => {
    for (const text of [
      "",
      "lea.brandt@northwind.example",
      "client:billing-web state:active",
      id,
      "a".repeat(64),
      "twa_",
      "a.b.c",
      "version 1.2.3",
    ])
      expect(recogniseToken(text)).toBeNull();
  });
});

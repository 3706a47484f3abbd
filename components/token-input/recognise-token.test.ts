import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { uuidv7 } from "#lib/ids.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { recogniseToken, recogniseTokens } from "./recognise-token.ts";
import { holdsValue, recogniseTokenName } from "./see-token.ts";

const id = uuidv7(Date.UTC(2026, 10, 21));
const sha256 = (value: string) => createHash("sha256").update(value).digest("hex");

function jwt(payload: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "ES256", typ: "at+jwt" })}.${part(payload)}.c2lnbmF0dXJl`;
}

describe("recogniseToken", () => {
  it("reads the jti of a JWT and hashes its value, whatever stands around it", () => {
    const token = jwt({ jti: id });
    for (const text of [
      token,
      `  ${token}\n`,
      `Authorization: Bearer ${token}`,
      `{"access_token":"${token}"}`,
      `The token was ${token}.`,
      `2026-11-21T09:30:00Z GET /invoices?access_token=${token}&page=2 "curl/8" 401`,
      `/callback#access_token=${token.replaceAll(".", "%2E")}`,
    ])
      expect(recogniseToken(text), text).toEqual({ format: "jwt", id, hash: sha256(token) });
  });

  it("reads the id of an opaque access and refresh token", () => {
    for (const prefix of ["twa_", "twr_"] as const) {
      const token = makeOpaque(prefix, id);
      expect(recogniseToken(`token=${token}`)).toEqual({ format: "opaque", id, hash: sha256(token) });
    }
  });

  it("still sees a token that is cut, mistyped or of somebody else, so that it is not searched for", () => {
    const opaque = makeOpaque("twa_", id);
    const cut = opaque.slice(0, -3);
    expect(recogniseToken(cut)).toEqual({ format: "opaque", id: null, hash: sha256(cut) });
    expect(recogniseToken(jwt({ sub: "x" }))).toMatchObject({ format: "jwt", id: null });
    expect(recogniseToken(jwt({ jti: "../users" }))).toMatchObject({ format: "jwt", id: null });
    const [header, payload] = jwt({ jti: id }).split(".");
    expect(recogniseToken(`${header}.${payload}`)).toMatchObject({ format: "jwt", id });
    expect(recogniseToken(header ?? "")).toMatchObject({ format: "jwt", id: null });
  });

  describe("that is broken over lines", () => {
    const signed = (alg: string, length: number) => {
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      return `${part({ alg, typ: "at+jwt" })}.${part({ jti: id, sub: "lea" })}.${"aB3-".repeat(200).slice(0, length)}`;
    };
    const breakAt = (value: string, width: number, by: string) =>
      value.match(new RegExp(`.{1,${width}}`, "g"))?.join(by) ?? "";

    it.each([
      ["a terminal", "\n", 80],
      ["a mail's quotation", "\r\n> ", 76],
      ["quoted-printable", "=\r\n", 75],
      ["an indented listing", " \n      ", 64],
      ["a shell's continuation", "\\\n", 100],
      ["a field of one line", " ", 40],
    ])("is put together as it was: %s", (_, by, width) => {
      for (const token of [signed("ES256", 86), signed("PS256", 342), makeOpaque("twr_", id)])
        expect(recogniseTokens(`It was\n${breakAt(token, width, by)}\nin the log.`), token).toEqual([
          expect.objectContaining({ id, hash: sha256(token) }),
        ]);
    });

    it("wherever it was broken, also around its full stops", () => {
      const token = signed("ES256", 86);
      for (let at = 20; at < token.length; at += 1)
        expect(recogniseTokens(`${token.slice(0, at)}\n${token.slice(at)}`), String(at)).toEqual([
          expect.objectContaining({ id, hash: sha256(token) }),
        ]);
    });

    it("and takes nothing that only stands on the next line", () => {
      const [one, other] = [signed("ES256", 86), makeOpaque("twa_", id)];
      const cut = one.slice(0, -10);
      for (const [text, values] of [
        [`${one}\nand-more-of-it`, [one]],
        [`${cut}\n${one}`, [cut, one]],
        [`${cut}\n${other}`, [cut, other]],
        [`${cut}\nwords that follow it`, [cut]],
        [`${other.slice(0, -3)}\n${other}`, [other.slice(0, -3), other]],
      ] as const)
        expect(recogniseTokens(text).map(({ hash }) => hash)).toEqual(values.map(sha256));
    });
  });

  it("hashes an encrypted token of five parts whole", () => {
    const encrypted = `${jwt({ jti: id })}.aXY.dGFn`;
    expect(recogniseToken(encrypted)?.hash).toBe(sha256(encrypted));
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
    ]) {
      expect(recogniseToken(text)).toBeNull();
      expect(holdsValue(text)).toBe(false);
    }
  });
});

describe("recogniseTokens", () => {
  it("finds each token of a secret scanner's findings once, in their order", () => {
    const [first, second] = [jwt({ jti: id }), makeOpaque("twr_", id)];
    const findings = JSON.stringify(
      [first, second, first].map((token) => ({
        token,
        type: "tokenwarden",
        url: "https://example.com/blob/1",
      })),
    );
    expect(recogniseTokens(findings).map((token) => token.hash)).toEqual([sha256(first), sha256(second)]);
  });

  it("looks through a whole log no further than ten", () => {
    const log = Array.from({ length: 50 }, () => `Bearer ${makeOpaque("twa_", id)}`).join("\n");
    expect(recogniseTokens(log)).toHaveLength(10);
  });
});

describe("what else goes nowhere, and what is looked up by its name", () => {
  it("holds back secrets of clients, verifiers, API tokens and links", () => {
    for (const prefix of ["twc", "twv", "twk", "tws"])
      expect(holdsValue(`curl -u app:${prefix}_${"A1b2".repeat(8)} …`)).toBe(true);
  });

  it("knows a jti and a SHA-256 that stand alone", () => {
    expect(recogniseTokenName(`  ${id.toUpperCase()} `)).toEqual({ by: "id", value: id });
    expect(recogniseTokenName("AB".repeat(32))).toEqual({ by: "hash", value: "ab".repeat(32) });
    expect(recogniseTokenName(`user:${id}`)).toBeNull();
  });
});

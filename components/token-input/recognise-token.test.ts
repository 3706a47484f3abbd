import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { uuidv7 } from "#lib/ids.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { readPaste } from "./read-paste.ts";
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

  describe("behind and before escapes", () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = part({ jti: id, sub: "lea" });
    const signature = "aB3-".repeat(200);
    const values = [
      makeOpaque("twa_", id),
      makeOpaque("twr_", id),
      `${part({ alg: "ES256", typ: "at+jwt" })}.${claims}.${signature.slice(0, 86)}`,
      `${part({ alg: "PS256", kid: "2026-11" })}.${claims}.${signature.slice(0, 342)}`,
    ];
    const escaped = (code: number): string[] => {
      const hex = code.toString(16).padStart(2, "0");
      const names: Record<string, string> = { 34: "quot", 38: "amp", 39: "apos", 60: "lt", 62: "gt" };
      const controls: Record<string, string> = { 10: "n", 13: "r", 9: "t", 34: '"', 47: "/" };
      return [
        String.fromCharCode(code),
        `%${hex}`,
        `%25${hex.toUpperCase()}`,
        `%2525${hex}`,
        `\\u00${hex}`,
        `\\\\u00${hex}`,
        `\\x${hex}`,
        `&#${code};`,
        `&#x${hex};`,
        `&amp;#${code};`,
        `=${hex.toUpperCase()}`,
        ...(names[code] === undefined
          ? []
          : [`&${names[code]};`, `&amp;${names[code]};`, `%26${names[code]};`]),
        ...(controls[code] === undefined
          ? []
          : [`\\${controls[code]}`, `\\\\\\${controls[code]}`, `%5C${controls[code]}`]),
      ];
    };
    const around = fc
      .constantFrom(..." \t\r\n\"'&/:;<=>?[]{|},()".split("").map((one) => one.charCodeAt(0)))
      .chain((code) => fc.constantFrom(...escaped(code)));
    const unknown = fc.constantFrom(
      "_",
      "n",
      "3D",
      "u0022",
      "\\042",
      "\u001b[31m",
      "%u003D",
      "&quot",
      "é",
      "--",
      "=\r\n",
    );

    it("it is found whole, whatever they are", () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...values),
          fc.array(fc.oneof(around, unknown), { minLength: 1, maxLength: 4 }),
          fc.array(around, { maxLength: 4 }),
          (token, before, after) => {
            const text = `access_token${before.join("")}${token}${after.join("")} and more`;
            expect(
              recogniseTokens(text).map(({ hash }) => hash),
              text,
            ).toEqual([sha256(token)]);
          },
        ),
        { numRuns: 1_000 },
      );
    });

    it("it is found with its dots written as in addresses, JSON, HTML and mails", () => {
      for (const token of values)
        for (const dot of escaped(46)) {
          const text = `?t%3D${token.replaceAll(".", dot)}%26x`;
          expect(
            recogniseTokens(text).map(({ hash }) => hash),
            text,
          ).toEqual([sha256(token)]);
        }
    });

    it("it is put together where a mail or JSON broke it over lines behind one", () => {
      const token = values[3] ?? "";
      for (const by of ["=\r\n", "\\n", "=0D=0A", "%0A", "\\r\\n  "])
        for (const width of [25, 76]) {
          const text = `x=3D${token.match(new RegExp(`.{1,${width}}`, "g"))?.join(by)}`;
          expect(
            recogniseTokens(text).map(({ hash }) => hash),
            text,
          ).toEqual([sha256(token)]);
        }
    });

    it("what follows a signature in its own alphabet is none of it", () => {
      const token = values[2] ?? "";
      for (const text of [
        `__${token}__`,
        `<!--${token}-->`,
        `${token}.json`,
        `${token}. Then`,
        `${token}_${token}`,
      ])
        expect(
          recogniseTokens(text).map(({ hash }) => hash),
          text,
        ).toEqual([sha256(token)]);
    });

    it("a backslash before an opaque token is no tab", () => {
      const [token = ""] = values;
      for (const text of [`C:\\${token}`, `\\t${token}`, `"\\\\${token}`])
        expect(
          recogniseTokens(text).map(({ hash }) => hash),
          text,
        ).toEqual([sha256(token)]);
    });

    it("a secret is held back behind them too", () => {
      for (const before of ["%3D", "\\n", "\\u0022", "=3D", "&quot;"])
        expect(holdsValue(`client_secret${before}twc_${"A1b2".repeat(8)}`), before).toBe(true);
    });

    it("takes long pastes of anything in a time that goes with their length", () => {
      const [opaque = "", , token = ""] = values;
      const long = [
        "eyJ",
        "aeyJ",
        "aeyJaaaaaaaa ",
        "eyJaaaaaaaa.",
        "x.eyJhbGciOiJFUzI1NiJ9 ",
        "eyJaaaaaaaa.aaaaaaaa b ",
        "\\",
        "\\\\t",
        "%25",
        "%",
        "&amp;",
        "=3D",
        "twa_",
        `twa_${"A".repeat(20)} `,
        `xtwa_${"A".repeat(20)} `,
        `${opaque.slice(0, -1)}?`,
        `n${token.slice(0, -1)}\n`,
      ];
      for (const one of long) {
        const text = one.repeat(Math.ceil(250_000 / one.length));
        const began = performance.now();
        holdsValue(text);
        readPaste(text);
        expect(performance.now() - began, one.slice(0, 40)).toBeLessThan(5_000);
      }
    });
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

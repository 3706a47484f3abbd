import { generateKeyPair } from "jose";
import type { Tampering } from "./test-provider.ts";

const now = () => Math.floor(Date.now() / 1000);

/** What providers get wrong, or somebody in their name: as the relying-party modules of the OpenID Foundation's suite try it, and beyond. Each must let nobody in. */
export const HOSTILE_ANSWERS: Record<string, Tampering> = {
  "an ID token without a nonce": {
    idToken: ({ claims: { nonce: _, ...claims }, sign }) => sign(claims),
  },
  "an ID token with another nonce": { idToken: ({ claims, sign }) => sign({ ...claims, nonce: "another" }) },
  "an ID token of another issuer": {
    idToken: ({ claims, sign }) => sign({ ...claims, iss: "https://other.example" }),
  },
  "an ID token without an issuer": { idToken: ({ claims: { iss: _, ...claims }, sign }) => sign(claims) },
  "an ID token for another client": { idToken: ({ claims, sign }) => sign({ ...claims, aud: "another" }) },
  "an ID token without an audience": { idToken: ({ claims: { aud: _, ...claims }, sign }) => sign(claims) },
  "an ID token for several audiences without azp": {
    idToken: ({ claims, sign }) => sign({ ...claims, aud: ["tokenwarden", "another"] }),
  },
  "an ID token authorized for another party": {
    idToken: ({ claims, sign }) => sign({ ...claims, aud: ["tokenwarden", "another"], azp: "another" }),
  },
  "an ID token that has expired": {
    idToken: ({ claims, sign }) => sign({ ...claims, iat: now() - 700, exp: now() - 100 }),
  },
  "an ID token without an expiry": { idToken: ({ claims: { exp: _, ...claims }, sign }) => sign(claims) },
  "an ID token issued long ago": { idToken: ({ claims, sign }) => sign({ ...claims, iat: now() - 3_600 }) },
  "an ID token issued in the future": {
    idToken: ({ claims, sign }) => sign({ ...claims, iat: now() + 3_600 }),
  },
  "an ID token without iat": { idToken: ({ claims: { iat: _, ...claims }, sign }) => sign(claims) },
  "an ID token without a subject": { idToken: ({ claims: { sub: _, ...claims }, sign }) => sign(claims) },
  "an ID token with a subject of 300 characters": {
    idToken: ({ claims, sign }) => sign({ ...claims, sub: "s".repeat(300) }),
  },
  "an ID token signed by another key under the same kid": {
    idToken: async ({ claims, sign }) => sign(claims, {}, (await generateKeyPair("ES256")).privateKey),
  },
  "an ID token whose signature is cut off": {
    idToken: async ({ claims, sign }) => `${(await sign(claims)).split(".").slice(0, 2).join(".")}.`,
  },
  "an ID token whose claims were changed after signing": {
    idToken: async ({ claims, sign }) => {
      const [header, , signature] = (await sign(claims)).split(".");
      const other = Buffer.from(JSON.stringify({ ...claims, sub: "root" })).toString("base64url");
      return `${header}.${other}.${signature}`;
    },
  },
  "an ID token under alg none": {
    idToken: ({ claims }) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
      return `${part({ alg: "none" })}.${part(claims)}.`;
    },
  },
  "an ID token by HS256 with the public key as the secret": {
    idToken: ({ claims, sign, publicJwk }) =>
      sign(claims, { alg: "HS256" }, new TextEncoder().encode(JSON.stringify(publicJwk))),
  },
  "an ID token by HS256 with the client secret, which the metadata offers": {
    metadata: (metadata) => ({ ...metadata, id_token_signing_alg_values_supported: ["HS256", "ES256"] }),
    idToken: ({ claims, sign, clientSecret }) =>
      sign(claims, { alg: "HS256" }, new TextEncoder().encode(clientSecret)),
  },
  "an ID token under a kid that no key set has": {
    idToken: async ({ claims, sign }) =>
      sign(claims, { kid: "unknown" }, (await generateKeyPair("ES256")).privateKey),
  },
  "an ID token with the hash of another access token": {
    idToken: ({ claims, sign }) => sign({ ...claims, at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }),
  },
  "no ID token at all": { idToken: () => undefined },
  "an ID token that is none": { idToken: () => "not.a.token" },
  "userinfo of another subject": {
    idToken: ({ claims: { groups: _, ...claims }, sign }) => sign(claims),
    userinfo: (body) => ({ ...body, sub: "another" }),
  },
  "userinfo without a subject": {
    idToken: ({ claims: { groups: _, ...claims }, sign }) => sign(claims),
    userinfo: ({ sub: _, ...body }) => body,
  },
  "an answer that names another issuer (mix-up)": {
    answer: (query) => query.set("iss", "https://other.example"),
  },
  "an answer without the issuer that the metadata promises": { answer: (query) => query.delete("iss") },
  "an answer with another state": { answer: (query) => query.set("state", "another") },
  "an answer without a state": { answer: (query) => query.delete("state") },
  "an answer with two states": { answer: (query) => query.append("state", "another") },
  "an answer with another code": { answer: (query) => query.set("code", "another") },
  "an answer without a code": { answer: (query) => query.delete("code") },
  "an ID token in the answer of the browser": { answer: (query) => query.set("id_token", "a.b.c") },
};

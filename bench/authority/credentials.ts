import { createHash, randomBytes } from "node:crypto";

/** What the load says who it is; both sides are given the same client. */
export type Credentials = {
  clientId: string;
  clientSecret: string;
  /** Of the client that people sign in by. */
  webClientId: string;
  webClientSecret: string;
  /** Of all people. */
  password: string;
  verifierSecret: string;
};

export function createCredentials(): Credentials {
  const secret = () => randomBytes(32).toString("base64url");
  return {
    clientId: "bench",
    clientSecret: secret(),
    webClientId: "bench-web",
    webClientSecret: secret(),
    password: secret(),
    verifierSecret: `twv_${secret()}`,
  };
}

export function sha256(secret: string): Buffer<ArrayBuffer> {
  return createHash("sha256").update(secret).digest() as Buffer<ArrayBuffer>;
}

export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}`;
}

import { readFileSync, writeSync } from "node:fs";
import { createVerifier } from "./index.ts";

/** Verifies the tokens of a file one after the other, and writes a line for each that was accepted, until it is killed. */
const { ISSUER = "", SECRET = "", AUDIENCE = "", FILE = "", TOKENS = "" } = process.env;
const verifier = createVerifier({
  issuer: ISSUER,
  audience: AUDIENCE,
  secret: SECRET,
  reports: { path: FILE, isStrict: true },
});
await verifier.ready();
for (const token of JSON.parse(readFileSync(TOKENS, "utf8")) as string[]) {
  await verifier.verify(token);
  writeSync(1, "accepted\n");
}
await new Promise(() => undefined);

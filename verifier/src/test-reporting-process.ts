import { readFileSync, writeSync } from "node:fs";
import { createVerifier, type VerifierError } from "./index.ts";

/**
 * Verifies the tokens of a file one after the other, and writes a line for each with what became of it. Then it waits until it is killed, or with
 * `AGAIN` begins anew.
 */
const { ISSUER = "", SECRET = "", AUDIENCE = "", FILE = "", TOKENS = "", AGAIN = "" } = process.env;
const verifier = createVerifier({
  issuer: ISSUER,
  audience: AUDIENCE,
  secret: SECRET,
  reports: { path: FILE, isStrict: true },
});
await verifier.ready();
const tokens = JSON.parse(readFileSync(TOKENS, "utf8")) as string[];
do
  for (const token of tokens) {
    const said = await verifier.verify(token).then(
      () => "accepted",
      (error: VerifierError) => error.code,
    );
    writeSync(1, `${said}\n`);
  }
while (AGAIN !== "");
await new Promise(() => undefined);

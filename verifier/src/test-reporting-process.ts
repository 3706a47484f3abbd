import { readFileSync, writeSync } from "node:fs";
import { createVerifier, type VerifierError } from "./index.ts";

/** Verifies the tokens of a file one after the other, and writes a line for each with what became of it, until it is killed. */
const { ISSUER = "", SECRET = "", AUDIENCE = "", FILE = "", TOKENS = "" } = process.env;
const verifier = createVerifier({
  issuer: ISSUER,
  audience: AUDIENCE,
  secret: SECRET,
  reports: { path: FILE, isStrict: true },
});
await verifier.ready();
for (const token of JSON.parse(readFileSync(TOKENS, "utf8")) as string[]) {
  const said = await verifier.verify(token).then(
    () => "accepted",
    (error: VerifierError) => error.code,
  );
  writeSync(1, `${said}\n`);
}
await new Promise(() => undefined);

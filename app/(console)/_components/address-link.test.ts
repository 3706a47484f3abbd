import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
/** An address as a piece of markup, or within a text of it: `{row.ip}` behind no equals sign, `from ${row.ip}`. */
const PRINTED =
  /(?<![=$]|key=\{`[^`]*\$)\{(?:\w+\??\.)*(?:ip|lastIp|lastUsedIp|issuingIp)(?: \?\? [^}]+)?\}|from \$\{[\w.]*[iI]p\}/;
/** Which are the address's own: its link, and the page that the link leads to. The last one is a hint, in which nothing can be pressed. */
const ITS_OWN = ["_components/address-link.tsx", "audit/addresses/[id]/page.tsx"];

test("an address on a page of the console leads to what came from it", () => {
  const files = globSync("**/*.tsx", { cwd: root }).filter((file) => !ITS_OWN.includes(file));
  expect(files.length).toBeGreaterThan(200);
  const printed = files.flatMap((file) =>
    readFileSync(path.join(root, file), "utf8")
      .split("\n")
      .filter((line) => PRINTED.test(line) && !line.includes("hint="))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(printed).toEqual([]);
});

import { writeFileSync } from "node:fs";
import path from "node:path";
import { listPageJavascript } from "../setup/page-javascript.mjs";
import { ROOT } from "../setup/paths.mjs";

const pages = listPageJavascript();
const rows = pages.map(
  ({ page, bytes, max }) => `| \`${page}\` | ${(bytes / 1000).toFixed(1)} | ${max / 1000} |`,
);
const table = ["| page | kB | at the most |", "| --- | --: | --: |", ...rows].join("\n");
const [most, least] = [pages[0], pages.at(-1)];
const text = `# JavaScript by page

Compressed JavaScript (gzip, kB of 1,000 bytes) that a first visit of each page loads, by the manifests of the build: made by \`npm run javascript -- --write\`, last on ${new Date().toISOString().slice(0, 10)}.
The build states the same and fails over the last column (${pages.length} pages, ${(least.bytes / 1000).toFixed(0)} to ${(most.bytes / 1000).toFixed(0)} kB). What comes when it is asked for (dialogs, menus, the palette, notices) is not in it; a browser test holds it to what a browser really loads. Nor is what a browser that does not save data loads ahead once it idles, once for all pages: the palette and the frame of dialogs, about 74 kB on 2026-11-30, which no test bounds (decision 0011).

${table}
`;
process.stdout.write(`${table}\n`);
if (process.argv.includes("--write")) writeFileSync(path.join(ROOT, "docs/javascript.md"), text);

import { writeFileSync } from "node:fs";
import path from "node:path";
import { SetupError, say } from "./console-lines.mjs";
import { listPageJavascript } from "./page-javascript.mjs";
import { ROOT } from "./paths.mjs";

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** Says which pages load more than they may; nothing where all are within. */
export function tooMuchJavascript(pages) {
  return pages
    .filter(({ bytes, max }) => bytes > max)
    .map(
      ({ page, bytes, max }) =>
        `${page} loads ${kilobytes(bytes)} of compressed JavaScript; ${kilobytes(max)} is the most`,
    );
}

/**
 * States beside the build what each page loads, for tests and `npm run javascript`.
 *
 * @throws {SetupError} where a page loads more than it may: the build has failed
 */
export function checkPageJavascript() {
  const pages = listPageJavascript();
  const faults = pages.length === 0 ? ["the build has no page"] : tooMuchJavascript(pages);
  if (faults.length > 0) throw new SetupError(`build failed\n${faults.join("\n")}`);
  writeFileSync(path.join(ROOT, ".next/page-javascript.json"), `${JSON.stringify(pages, null, 2)}\n`);
  const [most] = pages;
  say(`${pages.length} pages, ${kilobytes(most.bytes)} of compressed JavaScript at the most (${most.page})`);
}

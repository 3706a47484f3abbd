import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { ROOT } from "./paths.mjs";

/** Bytes of compressed JavaScript that a first visit may load: of a page with a list, and of any. `performance.md` has the goals. */
export const MAX_OF_LISTS = 260_000;
export const MAX_OF_ANY = 350_000;

const MANIFEST = "page_client-reference-manifest.js";
const LIST = "components/data-table/data-table.tsx";
/** What a module takes in at once; `import()` is left out, as it comes when it is asked for. */
const STATIC_IMPORT = /^(?:import|export)\s[^;]*?from\s+"((?:#|\.)[^"]+)"/gm;

/** Whether a file of the sources comes to the list component by its imports. */
function holdsList(file, seen = new Set()) {
  if (file === LIST) return true;
  if (seen.has(file) || !/\.tsx?$/.test(file)) return false;
  seen.add(file);
  const text = readFileSync(path.join(ROOT, file), "utf8");
  return [...text.matchAll(STATIC_IMPORT)].some(([, named]) => {
    const next = named.startsWith("#") ? named.slice(1) : path.posix.join(path.posix.dirname(file), named);
    return /^(app|components)\//.test(next) && holdsList(next, seen);
  });
}

/** `/(console)/tokens/(list)/page` → `/tokens`. */
function addressOf(entry) {
  const parts = entry.split("/").filter((part) => part !== "" && part !== "page" && !part.startsWith("("));
  return `/${parts.join("/")}`;
}

/** The scripts that a page's first visit loads, by its manifest: those of the page, of what it stands in, and of what stands in for it. */
function scriptsOf(manifestFile) {
  const sandbox = { globalThis: {} };
  runInNewContext(readFileSync(manifestFile, "utf8"), sandbox);
  const [[entry, manifest]] = Object.entries(sandbox.globalThis.__RSC_MANIFEST);
  return { entry, scripts: Object.values(manifest.entryJSFiles).flat() };
}

/**
 * The compressed JavaScript of every page that a build has, the largest first, by Next's own manifests: a new page is in it by itself.
 *
 * @param {string} [build] the folder of the build
 * @returns {{ page: string, bytes: number, max: number }[]}
 */
export function listPageJavascript(build = path.join(ROOT, ".next")) {
  const { rootMainFiles } = JSON.parse(readFileSync(path.join(build, "build-manifest.json"), "utf8"));
  const sizes = new Map();
  const sizeOf = (script) => {
    if (!sizes.has(script)) sizes.set(script, gzipSync(readFileSync(path.join(build, script))).length);
    return sizes.get(script);
  };
  return readdirSync(path.join(build, "server/app"), { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === MANIFEST)
    .map((file) => scriptsOf(path.join(build, "server/app", file)))
    .filter(({ entry }) => !entry.startsWith("/_"))
    .map(({ entry, scripts }) => ({
      page: addressOf(entry),
      bytes: [...new Set([...rootMainFiles, ...scripts])].reduce((sum, script) => sum + sizeOf(script), 0),
      max: holdsList(`app${entry}.tsx`) ? MAX_OF_LISTS : MAX_OF_ANY,
    }))
    .sort((one, other) => other.bytes - one.bytes || (one.page < other.page ? -1 : 1));
}

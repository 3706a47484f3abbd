import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const BENCH = path.resolve(import.meta.dirname, "..");
export const RESULTS_DIR = path.join(BENCH, "results");

/** Writes a run's whole result; returns the file's path. */
export function writeResult(what: string, at: Date, result: unknown): string {
  mkdirSync(RESULTS_DIR, { recursive: true });
  const file = path.join(RESULTS_DIR, `${what}-${at.toISOString().replaceAll(":", "").slice(0, 17)}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}

/**
 * Puts a section of `bench/README.md`, or of another file, between its marks.
 *
 * @throws where the marks are missing.
 */
export function writeSection(
  what: string,
  markdown: string,
  file: string = path.join(BENCH, "README.md"),
): void {
  const text = readFileSync(file, "utf8");
  const [begin, end] = [`<!-- ${what}: begin -->`, `<!-- ${what}: end -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no section ${what}`);
  writeFileSync(file, `${text.slice(0, from + begin.length)}\n\n${markdown.trim()}\n\n${text.slice(to)}`);
}

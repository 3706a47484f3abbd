import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Operation } from "./drive-console.ts";

const APP = path.resolve(import.meta.dirname, "../../app");
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** `api/v1/users/[id]/route.ts` → `/api/v1/users/{id}`. */
function pathOf(file: string): string {
  const folders = path.dirname(file).split(path.sep);
  return `/${folders.map((name) => name.replace(/^\[(?:\.\.\.)?(.+)\]$/, "{$1}")).join("/")}`;
}

/** Every method of every route that the console answers at, as its files give them to Next: the API's document may leave one out. */
function listConsoleRoutes(): { method: string; path: string }[] {
  return globSync("**/route.{ts,tsx}", { cwd: APP }).flatMap((file) => {
    const text = readFileSync(path.join(APP, file), "utf8");
    return METHODS.filter((method) =>
      new RegExp(`export (?:const|async function|function) ${method}\\b|\\bas ${method}\\b`).test(text),
    ).map((method) => ({ method, path: pathOf(file) }));
  });
}

/** What the document declares, and what else is answered: with no body that is known. */
export function withUndeclared(operations: Operation[]): Operation[] {
  const declared = new Set(operations.map(({ method, path: at }) => `${method} ${at}`));
  const others = listConsoleRoutes().filter(({ method, path: at }) => !declared.has(`${method} ${at}`));
  return [...operations, ...others.map((route): Operation => ({ ...route, body: null, query: [] }))];
}

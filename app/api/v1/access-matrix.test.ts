import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { API_ACCESS, OTHER_ROUTES, PAGE_ACCESS } from "#app/_lib/access-matrix.ts";
import { openApiDocument } from "#app/_lib/openapi.ts";
import type { Route } from "#app/_lib/route-spec.ts";
import { allRoutes } from "./_definitions.ts";

const APP = path.resolve(import.meta.dirname, "../..");
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** `api/v1/users/[id]/route.ts` → `/api/v1/users/{id}`. */
function apiPath(file: string): string {
  const folders = path.dirname(file).split(path.sep);
  return `/${folders.map((name) => name.replace(/^\[(?:\.\.\.)?(.+)\]$/, "{$1}")).join("/")}`;
}

/** `(console)/users/[id]/page.tsx` → `/users/[id]`. */
function pagePath(file: string): string {
  const folders = path.dirname(file).split(path.sep);
  return `/${folders.filter((name) => name !== "." && !name.startsWith("(")).join("/")}`;
}

function exportedMethods(file: string): string[] {
  const text = readFileSync(path.join(APP, file), "utf8");
  return METHODS.filter((method) =>
    new RegExp(`export (?:const|async function|function) ${method}\\b|\\bas ${method}\\b`).test(text),
  );
}

const routeFiles = globSync("**/route.{ts,tsx}", { cwd: APP });
const pageFiles = globSync("**/page.{ts,tsx}", { cwd: APP });

test("every method of every route file is declared, listed and has its place in the matrix", () => {
  const declared = allRoutes().map(({ spec }) => `${spec.method} ${spec.path}`);
  const found = routeFiles
    .map((file) => ({ at: apiPath(file), methods: exportedMethods(file) }))
    .filter(({ at }) => !Object.hasOwn(OTHER_ROUTES, at))
    .flatMap(({ at, methods }) => methods.map((method) => `${method} ${at}`));
  expect(found.length).toBeGreaterThan(30);
  expect(found.toSorted()).toEqual(declared.toSorted());
  expect(Object.keys(API_ACCESS).toSorted()).toEqual(declared.toSorted());
});

test("every route asks for what the matrix says", () => {
  const asked = Object.fromEntries(
    allRoutes().map(({ spec }) => [`${spec.method} ${spec.path}`, spec.permission]),
  );
  expect(asked).toEqual(API_ACCESS);
});

test("routes outside the declared ones are the three that are known", () => {
  const outside = routeFiles.map(apiPath).filter((at) => !at.startsWith("/api/v1/"));
  expect(outside.toSorted()).toEqual(Object.keys(OTHER_ROUTES).toSorted());
});

test("every page has its place in the matrix, and nothing else has", () => {
  expect(Object.keys(PAGE_ACCESS).toSorted()).toEqual(pageFiles.map(pagePath).toSorted());
});

test("every page but those of the door asks who is there", () => {
  const open = pageFiles
    .filter((file) => PAGE_ACCESS[pagePath(file)] !== "public")
    .filter((file) => !/\brequireSignedIn\b/.test(readFileSync(path.join(APP, file), "utf8")));
  expect(open).toEqual([]);
});

/** Routes none of whose use cases has such a text. */
function withoutIn(routes: readonly Route[], lock: RegExp): string[] {
  const forgetful = routes.filter(({ spec }) => {
    const folder = spec.path.replaceAll(/\{(\w+)\}/g, "[$1]");
    const route = readFileSync(path.join(APP, folder, "route.ts"), "utf8");
    const useCases = [...route.matchAll(/from "#lib\/([^"]+)"/g)].map(([, file = ""]) =>
      readFileSync(path.join(APP, "../lib", file), "utf8"),
    );
    return !useCases.some((text) => lock.test(text));
  });
  return forgetful.map(({ spec }) => `${spec.method} ${spec.path}`);
}

test("P14: what asks at the door for a proof of who is there asks in its use case too", () => {
  const asking = allRoutes().filter(({ spec }) => spec.stepUp !== undefined);
  expect(asking.length).toBeGreaterThan(40);
  const lock =
    /\brequire(?:(?:Plan|Reach)?StepUp|Approval|FreshProof)\(|placePlannedOrder\(|revokeTarget\(|shortenTokens\(/;
  expect(withoutIn(asking, lock)).toEqual([]);
});

/** Asked again for because it calls outside; and what is done while nothing is served, a second person's approval neither. */
const OF_ONE_ALONE = new Set(["/api/v1/sign-in-providers/test", "/api/v1/restore/confirm"]);

test("P14: what a person is asked again for waits for a second one where that is wanted, but for what is their own", () => {
  const asking = allRoutes().filter(
    ({ spec }) =>
      spec.stepUp !== undefined && spec.permission !== "signed-in" && !OF_ONE_ALONE.has(spec.path),
  );
  const lock = /\brequire(?:Approval|FreshProof)\(|placePlannedOrder\(|revokeTarget\(|shortenTokens\(/;
  expect(withoutIn(asking, lock)).toEqual([]);
});

test("no GET changes state: every route that needs more than reading uses another method", () => {
  const writing = allRoutes().filter(
    ({ spec }) => spec.method === "GET" && !/:read$|^public$|^signed-in$/.test(spec.permission),
  );
  expect(writing.map(({ spec }) => spec.path)).toEqual([]);
});

test("the OpenAPI document describes every route, each operation under an id of its own", () => {
  const document = openApiDocument(allRoutes()) as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  const operations = Object.entries(document.paths).flatMap(([at, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      is: `${method.toUpperCase()} ${at}`,
      operationId,
    })),
  );
  expect(operations.map((operation) => operation.is).toSorted()).toEqual(Object.keys(API_ACCESS).toSorted());
  expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length);
  // a reference into a schema would point nowhere in the document
  expect(JSON.stringify(document).includes("$defs")).toBe(false);
});

import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

// the published classes; the file says where they are from
const published = JSON.parse(readFileSync(path.join(import.meta.dirname, "ocsf-1.8.0.schema.json"), "utf8"));
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
const CLASSES: Record<number, string> = {
  2004: "detection_finding",
  3002: "authentication",
  3004: "entity_management",
  6003: "api_activity",
};

/** OCSF's published classes that events come out as, by their number. */
export const publishedClasses: ReadonlyMap<number, ValidateFunction> = new Map(
  Object.entries(CLASSES).map(([uid, name]) => [
    Number(uid),
    ajv.compile({ ...published.classes[name], $defs: published.$defs }),
  ]),
);

/** What of an event is not as its published class has it, a line each; empty where all is. */
export function ocsfFaults(event: unknown): string[] {
  const { class_uid: uid } = event as { class_uid: number };
  const validate = publishedClasses.get(uid);
  if (validate === undefined) return [`there is no class ${uid}`];
  return validate(event)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

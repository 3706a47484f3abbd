import type { JsonSchema } from "./document.ts";

/** One field of a body or an answer, by its path: `rows[].name`. */
export type SchemaRow = {
  path: string;
  type: string;
  isRequired: boolean;
  /** What a value may be, in words. */
  notes: string[];
};

const MAX_DEPTH = 6;
const MAX_ROWS = 300;
const MAX_VALUES = 12;

/** The type of a schema in a word or two: `text, null` or `list of numbers`. */
export function typeWords(schema: JsonSchema): string {
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return [...new Set(alternatives.map(typeWords))].join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.type)) return schema.type.join(" or ");
  if (schema.type === "array")
    return `list of ${schema.items === undefined ? "values" : typeWords(schema.items)}`;
  if (schema.type === "string" && schema.format === "date-time") return "instant";
  if (schema.type === "string" && schema.format !== undefined) return schema.format;
  return schema.type ?? (schema.properties === undefined ? "any" : "object");
}

/** What bounds a value, in words. */
export function boundWords(schema: JsonSchema): string[] {
  const notes: string[] = [];
  if (schema.enum !== undefined) {
    const values = schema.enum.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
    const more = values.length - MAX_VALUES;
    notes.push(`one of ${values.slice(0, MAX_VALUES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`);
  }
  notes.push(...rangeWords([schema.minimum, saneMaximum(schema.maximum)], ""));
  notes.push(...rangeWords([schema.minLength || undefined, schema.maxLength], " characters"));
  notes.push(...rangeWords([schema.minItems || undefined, schema.maxItems], " entries"));
  if (schema.default !== undefined) notes.push(`${JSON.stringify(schema.default)} unless given`);
  return notes;
}

// a whole number's own bounds say nothing
function saneMaximum(maximum: number | undefined): number | undefined {
  return maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
}

function rangeWords([min, max]: [number | undefined, number | undefined], unit: string): string[] {
  const low = min === undefined || min <= Number.MIN_SAFE_INTEGER ? undefined : min;
  if (low !== undefined && max !== undefined) return [`${low} to ${max}${unit}`];
  if (low !== undefined) return [`at least ${low}${unit}`];
  return max === undefined ? [] : [`at most ${max}${unit}`];
}

/** Every field of a schema, the outer ones first; what is nested too deep is left at its type. */
export function schemaRows(schema: JsonSchema): SchemaRow[] {
  return fieldsOf(schema, "", 0).slice(0, MAX_ROWS);
}

function fieldsOf(schema: JsonSchema, prefix: string, depth: number): SchemaRow[] {
  if (depth > MAX_DEPTH) return [];
  const objects = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const seen = new Set<string>();
  return objects.flatMap((one) => {
    if (one.items !== undefined) return fieldsOf(one.items, `${prefix}[]`, depth);
    return Object.entries(one.properties ?? {}).flatMap(([name, inner]) => {
      const path = prefix === "" ? name : `${prefix}.${name}`;
      if (seen.has(path)) return [];
      seen.add(path);
      const notes = [...(inner.description === undefined ? [] : [inner.description]), ...boundWords(inner)];
      const row = { path, type: typeWords(inner), isRequired: one.required?.includes(name) ?? false, notes };
      return [row, ...fieldsOf(inner, path, depth + 1)];
    });
  });
}

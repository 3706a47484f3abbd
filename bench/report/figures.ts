/** One machine-readable result. Null: it was not measured, and is not made up. */
export type Figure = { name: string; value: number | null; unit: string };

function printed(value: number): string {
  return String(Number(value.toFixed(Math.abs(value) < 100 ? 2 : 0)));
}

/** `figure <name> <value> <unit>`, or `figure <name> not_run <unit>`. */
export function figureLine({ name, value, unit }: Figure): string {
  return `figure ${name} ${value === null || !Number.isFinite(value) ? "not_run" : printed(value)} ${unit}`;
}

import { durationWords } from "../display/duration.ts";

const words = (seconds: string) => durationWords(Number(seconds));

/** What the API says of a value, as a sentence for people: `must be at most 86400 seconds` is "Must be at most 1 day". */
export function faultWords(message: string): string {
  return message
    .replace(
      /\bfrom (\d+) to (\d+) seconds\b/g,
      (_, low: string, high: string) => `${words(low)} to ${words(high)}`,
    )
    .replace(/\b(\d+) seconds\b/g, (_, seconds: string) => words(seconds))
    .replace(/^./, (letter) => letter.toUpperCase());
}

/** What is wrong at a path or below it, as a sentence for its field: `iss is a claim …`, `Line 2: is no address`. */
export function faultAt(
  errors: readonly { path: string; message: string }[],
  path: string,
): string | undefined {
  const fault = errors.find((error) => isAt(error.path, path));
  if (fault === undefined) return undefined;
  const [first = "", ...others] = fault.path.slice(path.length + 1).split(".");
  if (first === "") return faultWords(fault.message);
  if (/^\d+$/.test(first)) return `Line ${Number(first) + 1}: ${[...others, fault.message].join(" ")}`;
  return [first, ...others, fault.message].join(" ");
}

/** Whether a refusal's own sentence says no more than one of its errors: who lists those would say it twice. */
export function isRepeated(sentence: string, errors: readonly { path: string; message: string }[]): boolean {
  return errors.some(
    ({ path, message }) => sentence.replace(/\.$/, "") === `${path}: ${message}`.replace(/\.$/, ""),
  );
}

/** Whether an error's path is a field's or inside of it. */
export function isAt(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}.`);
}

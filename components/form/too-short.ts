/** What is wrong with a password that is too short, as the API says it: a form says so in its own place, and not in a bubble of the browser's. */
export function tooShort(least: number): string {
  return `must have at least ${least} characters`;
}

/** @param {string} line */
export function say(line) {
  process.stdout.write(`· ${line}\n`);
}

/** A set-up step that failed; the message is what a person reads. */
export class SetupError extends Error {}

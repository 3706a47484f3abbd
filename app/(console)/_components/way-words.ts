import {
  CHECK_WAY_WORDS,
  type CheckWay,
  VERIFIER_MODE_WORDS,
  type VerifierMode,
} from "#lib/verifiers/model.ts";

/** What it does while it hears nothing, where it hears at all: who asks, or checks signatures alone, has nothing to be strict about. */
function modeWordOf({ checkWay, mode }: { checkWay: CheckWay; mode: VerifierMode }): string | null {
  return checkWay === "feed" || checkWay === "status_list"
    ? VERIFIER_MODE_WORDS[mode].name.toLowerCase()
    : null;
}

/** `Feed, strict`; `Introspection`. */
export function wayWords(row: { checkWay: CheckWay; mode: VerifierMode }): string {
  const mode = modeWordOf(row);
  return mode === null
    ? CHECK_WAY_WORDS[row.checkWay].name
    : `${CHECK_WAY_WORDS[row.checkWay].name}, ${mode}`;
}

/** The oldest version of `@tokenwarden/verifier` that understands everything that the feed says. */
export const LEAST_AGENT_VERSION = "0.1.0";

import { shortTable } from "../list-query/short-list.ts";

/** The list of streams of security events, by their verifier. */
export const SIGNAL_STREAMS_TABLE = shortTable("signal-streams", "Verifier");

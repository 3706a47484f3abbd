import { shortTable } from "../list-query/short-list.ts";

/** The list of peers whose security events are taken in. */
export const SIGNAL_RECEIVERS_TABLE = shortTable("signal-receivers", "Name");

import { shortTable } from "../list-query/short-list.ts";

/** The list of streams to SIEMs. */
export const EVENT_STREAMS_TABLE = shortTable("event-streams", "Name");

import { shortTable } from "../list-query/short-list.ts";

/** The list of secret scanners. */
export const SCANNERS_TABLE = shortTable("scanners", "Name");

import { shortTable } from "../list-query/short-list.ts";

/** The admins list. */
export const ADMINS_TABLE = shortTable("admins", "Name or e-mail address");

import { shortTable } from "../list-query/short-list.ts";

/** The list of OpenID Connect providers that admins sign in by. */
export const SIGN_IN_PROVIDERS_TABLE = shortTable("sign-in-providers", "Name");

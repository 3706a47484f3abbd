import { afterAll } from "vitest";
import { dropTestDatabases } from "#lib/db/test-database.ts";

// hooks run last registered first: whatever a file opened is closed by then
afterAll(dropTestDatabases, 60_000);

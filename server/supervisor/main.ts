import { ENTRIES } from "./children.ts";
import { runFromCommandLine } from "./command-line.ts";
import { findSetupLink } from "./setup-link.ts";

await runFromCommandLine({ entries: ENTRIES, findSetupLink });

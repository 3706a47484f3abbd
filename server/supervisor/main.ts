import { ENTRIES } from "./children.ts";
import { runFromCommandLine } from "./command-line.ts";
import { ensureFirstOwner } from "./first-owner.ts";

await runFromCommandLine({ entries: ENTRIES, ensureFirstOwner });

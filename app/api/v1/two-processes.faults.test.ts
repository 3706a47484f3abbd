import { describeRaces } from "./test-races.ts";

describeRaces(100);

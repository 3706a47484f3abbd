import { describeRaces } from "./test-races.ts";

describeRaces(5);

import { describeOperations } from "./test-operations.ts";

describeOperations(10);

import { describeSignInFlood } from "./test-sign-in-flood.ts";

describeSignInFlood(500);

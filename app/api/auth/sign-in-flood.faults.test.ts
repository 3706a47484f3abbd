import { describeSignInFlood } from "./test-sign-in-flood.ts";

describeSignInFlood(10_000);

import { describe, expect, test } from "vitest";
import { runBench } from "./run-bench.ts";

describe("refuses", () => {
  test.each([
    [["authority", "--rounds", "none"], "--rounds must be a number"],
    [["authority", "--only", "nothing"], "--only knows introspection"],
    [["authority", "--peers", "nobody"], "--peers knows keycloak"],
    [["inventory", "--rows", "many"], "--rows must be a number"],
    [["authority", "--quickly"], "--quickly"],
    [["nothing"], "nothing is not known"],
    [[], "what is to be measured?"],
  ])("%j in one line with the usage", (args, line) => {
    const { status, output } = runBench(...args);
    expect(status).toBe(2);
    expect(output).toContain(line);
    expect(output).toContain("npm run bench -- authority");
  });
});

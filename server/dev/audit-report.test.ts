import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACCEPTED_ADVISORIES } from "./accepted-advisories.mjs";
import { type Advisory, judgeAdvisories, readAdvisories } from "./audit-report.mjs";
import { runNpmAudit } from "./audit-suite.mjs";

const NOW = new Date("2026-11-24T12:00:00Z");

let lastId = 1_090_000;

/** An advisory as a registry's audit endpoint writes it. */
function advisory(name: string, severity: string) {
  return {
    // npm keeps what it worked out by this id
    id: ++lastId,
    url: `https://github.com/advisories/GHSA-${name}-${severity}`,
    title: `${name} gives way`,
    severity,
    vulnerable_versions: "<2.0.0",
    cwe: ["CWE-79"],
    cvss: { score: 9.8, vectorString: null },
  };
}

describe("the gate, on a registry of its own", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-audit-"));
  let registry: Server;
  let asked: Record<string, string[]>;
  let answer: { status: number; advisories: Record<string, unknown> };

  beforeAll(async () => {
    const dependencies = { "weak-lib": "1.0.0" };
    const lock = {
      name: "a",
      version: "1.0.0",
      lockfileVersion: 3,
      packages: {
        "": { name: "a", version: "1.0.0", dependencies },
        "node_modules/weak-lib": {
          version: "1.0.0",
          resolved: "https://registry.npmjs.org/weak-lib/-/weak-lib-1.0.0.tgz",
        },
      },
    };
    writeFileSync(
      path.join(folder, "package.json"),
      JSON.stringify({ name: "a", version: "1.0.0", dependencies }),
    );
    writeFileSync(path.join(folder, "package-lock.json"), JSON.stringify(lock));
    registry = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (request.url === "/-/npm/v1/security/advisories/bulk") {
        const body = Buffer.concat(chunks);
        const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
        asked = JSON.parse(text.toString("utf8"));
        response.writeHead(answer.status, { "content-type": "application/json" });
        response.end(JSON.stringify(answer.advisories));
        return;
      }
      const versions = Object.fromEntries(
        ["1.0.0", "2.0.0"].map((version) => [version, { name: "weak-lib", version, dist: {} }]),
      );
      response.writeHead(request.method === "GET" ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify({ name: "weak-lib", "dist-tags": { latest: "2.0.0" }, versions }));
    });
    await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    registry.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function audit() {
    const { port } = registry.address() as AddressInfo;
    const env = {
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: path.join(folder, "cache"),
    };
    return readAdvisories(await runNpmAudit(folder, env));
  }

  it("fails for a critical advisory of a locked package", async () => {
    answer = { status: 200, advisories: { "weak-lib": [advisory("weak-lib", "critical")] } };
    const advisories = await audit();
    expect(asked).toEqual({ "weak-lib": ["1.0.0"] });
    expect(judgeAdvisories(advisories ?? [], [], NOW)).toEqual({
      failures: [
        "critical: weak-lib: weak-lib gives way (https://github.com/advisories/GHSA-weak-lib-critical)",
      ],
      notes: [],
    });
  });

  it("tells of a moderate one and passes", async () => {
    answer = { status: 200, advisories: { "weak-lib": [advisory("weak-lib", "moderate")] } };
    const { failures, notes } = judgeAdvisories((await audit()) ?? [], [], NOW);
    expect(failures).toEqual([]);
    expect(notes).toEqual([expect.stringContaining("moderate: weak-lib")]);
  });

  it("passes where nothing is known", async () => {
    answer = { status: 200, advisories: {} };
    expect(await audit()).toEqual([]);
  });

  it("is not run, and does not pass, where the registry refuses", async () => {
    answer = { status: 405, advisories: {} };
    expect(await audit()).toBe(null);
  });
});

describe("an acceptance", () => {
  const high: Advisory = {
    id: "GHSA-aaaa-bbbb-cccc",
    packageName: "weak-lib",
    severity: "high",
    title: "gives way",
    url: "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
  };
  const acceptance = { id: high.id, reason: "that part is not used", until: "2026-11-24" };

  it("lets its advisory pass to the end of its last day, and fails the gate afterwards", () => {
    expect(judgeAdvisories([high], [acceptance], NOW).failures).toEqual([]);
    expect(judgeAdvisories([high], [acceptance], new Date("2026-11-25T00:00:01Z")).failures).toEqual([
      expect.stringMatching(/^the acceptance ended on 2026-11-24: high: weak-lib/),
    ]);
  });

  it("is for one advisory alone", () => {
    const other = { ...high, id: "GHSA-dddd-eeee-ffff" };
    expect(judgeAdvisories([high, other], [acceptance], NOW).failures).toHaveLength(1);
  });

  it("that nothing needs any more is told", () => {
    expect(judgeAdvisories([], [acceptance], NOW).notes).toEqual([
      "the acceptance of GHSA-aaaa-bbbb-cccc is no longer needed",
    ]);
  });

  it("of ours has a reason and a day", () => {
    for (const { id, reason, until } of ACCEPTED_ADVISORIES) {
      expect(id).toMatch(/^GHSA(?:-[0-9a-z]{4}){3}$/);
      expect(reason.length).toBeGreaterThan(20);
      expect(until).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  });
});

it("a severity that is new to us fails the gate", () => {
  const strange = { id: "1", packageName: "a", severity: "catastrophic", title: "t", url: "" };
  expect(judgeAdvisories([strange], [], NOW).failures).toHaveLength(1);
});

it("what is no report is none", () => {
  for (const output of [
    "",
    "{",
    "{}",
    '{"message":"405 Method Not Allowed"}',
    '{"auditReportVersion":1,"advisories":{}}',
  ])
    expect(readAdvisories(output)).toBe(null);
});

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { recordEntry } from "#lib/audit/record-entry.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { createEventStream } from "#lib/event-streams/create-event-stream.ts";
import { createEventStreamInput } from "#lib/event-streams/input.ts";
import { readEventStream } from "#lib/event-streams/stream-record.ts";
import { testEventStream } from "#lib/event-streams/test-event-stream.ts";
import { ocsfFaults } from "#lib/event-streams/test-ocsf-classes.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { readOutboundAllow } from "#lib/outbound/allow-list.ts";
import { createOutbound, type Outbound } from "#lib/outbound/outbound.ts";
import { useOf } from "#lib/seals/test-evidence.ts";
import { testNeeds } from "#lib/test-needs.ts";
import { freePort } from "#lib/test-port.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { createUseWriter } from "#lib/verification/use-writer.ts";
import { eventually } from "#server/authority/signals/test-signal-peer.ts";
import { ensureTool, RSYSLOG, RSYSLOG_TLS } from "#server/dev/ensure-tool.mjs";
import { HAS_OPENSSL, makeCertificate } from "#server/tls/test-certificate.ts";
import { createEventSender } from "./stream-sender.ts";
import type { WorkerPart } from "./worker-part.ts";

const DAEMON = ensureTool(RSYSLOG);
const hasDaemon = testNeeds(DAEMON !== null, "There is no rsyslogd, and its package could not be installed.");
const hasTls =
  hasDaemon &&
  testNeeds(
    HAS_OPENSSL && ensureTool(RSYSLOG_TLS) !== null,
    "There is no openssl, or rsyslog-openssl could not be installed: streams by TLS cannot be tried.",
  );

const NO_CERTIFICATE = { certPath: "", keyPath: "", pem: "" };

/** What the daemon read, by its own parser. */
type Read = {
  pri: string;
  time: string;
  host: string;
  app: string;
  msgid: string;
  msg: string;
  sd: { "event@32473": Record<string, string> };
};

/** Debian's rsyslog, with a line of JSON for each message that it has parsed. A missing one makes the test "not run". */
describe.skipIf(!hasDaemon)("a real rsyslog (not run without one)", () => {
  const wrapper = createKeyWrapper(Buffer.alloc(32, 7));
  let folder: string;
  let daemon: ChildProcess | undefined;
  let ports: { tcp: number; tls: number };
  let db: Database;
  let outbound: Outbound;
  let sender: WorkerPart;
  let certificate: string;

  const received = (): Read[] =>
    readFileSync(path.join(folder, "received"), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));

  async function startDaemon(): Promise<void> {
    daemon = spawn(DAEMON ?? "", ["-n", "-f", path.join(folder, "conf"), "-i", path.join(folder, "pid")], {
      stdio: "ignore",
    });
    await vi.waitFor(
      () =>
        new Promise<void>((done, fail) => {
          const socket = connect(ports.tcp, "127.0.0.1", () => done(void socket.destroy()));
          socket.on("error", fail);
        }),
      { timeout: 10_000 },
    );
  }
  async function killDaemon(): Promise<void> {
    const gone = new Promise((done) => daemon?.once("exit", done));
    daemon?.kill("SIGKILL");
    await gone;
    rmSync(path.join(folder, "pid"), { force: true });
  }

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-rsyslog-"));
    ports = { tcp: await freePort(), tls: await freePort() };
    const { certPath: certFile, keyPath: keyFile, pem } = hasTls ? makeCertificate() : NO_CERTIFICATE;
    certificate = pem;
    const property = (name: string, of: string, more = "") =>
      `constant(value="${name === "pri" ? "{" : ","}") property(outname="${name}" name="${of}" format="jsonf"${more})`;
    const tls = `input(type="imtcp" address="127.0.0.1" port="${ports.tls}" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon"
  streamDriver.caFile="${certFile}" streamDriver.certFile="${certFile}" streamDriver.keyFile="${keyFile}")`;
    writeFileSync(path.join(folder, "received"), "");
    writeFileSync(
      path.join(folder, "conf"),
      `global(workDirectory="${folder}" maxMessageSize="64k")
module(load="imtcp")
module(load="mmpstrucdata")
input(type="imtcp" address="127.0.0.1" port="${ports.tcp}")
${hasTls ? tls : ""}
template(name="line" type="list") {
  ${property("pri", "pri")} ${property("time", "timereported", ' dateFormat="rfc3339"')} ${property("host", "hostname")}
  ${property("app", "app-name")} ${property("msgid", "msgid")} ${property("msg", "msg")}
  constant(value=",\\"sd\\":") property(name="$!rfc5424-sd") constant(value="}\\n")
}
action(type="mmpstrucdata" sd_name.lowercase="off")
action(type="omfile" file="${folder}/received" template="line")
`,
    );
    await startDaemon();
    const { url } = await testDatabase();
    db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
    outbound = createOutbound({
      allow: readOutboundAllow(`syslog+tcp://127.0.0.1:${ports.tcp},127.0.0.0/8,localhost`) ?? expect.fail(),
    });
    sender = createEventSender({ db, url, log: pino({ level: "silent" }), outbound, wrapper });
    sender.start();
  });
  afterAll(async () => {
    await sender?.stop();
    outbound?.close();
    await db?.end();
    await killDaemon();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => db.query("DELETE FROM event_stream"));

  const owner = () => contextAs(db, "owner");
  const keeping = () => ({ outbound, wrapper });
  async function stream(url: string, change: object = {}) {
    const input = createEventStreamInput.parse({
      name: randomUUID(),
      delivery: "syslog",
      url,
      sources: ["acts"],
      ...change,
    });
    return (await createEventStream(owner(), input, keeping())).stream;
  }
  const act = (note: string) =>
    db.transaction((tx) =>
      recordEntry(tx, owner(), {
        act: "client.updated",
        target: { kind: "client", id: "1", name: note },
        note,
      }),
    );
  const HOSTILE = 'quote " backslash \\ bracket ] break \n<13>1 - - - - - forged 漢字 👩‍💻 \u001b[31m';

  async function roundTrip(url: string, change: object = {}): Promise<void> {
    const made = await stream(url, change);
    const ids = [await act("plain"), await act(HOSTILE), await act("x".repeat(20_000))];
    const mine = await eventually(() => {
      const all = received().filter(({ sd }) => ids.includes(sd["event@32473"].id ?? ""));
      return all.length >= 3 ? all : undefined;
    }, 20_000);
    expect(mine.map(({ sd }) => sd["event@32473"].id)).toEqual(ids);
    const sequences = mine.map(({ sd }) => Number(sd["event@32473"].sequence));
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    for (const one of mine) expect(one).toMatchObject({ pri: "110", app: "tokenwarden", msgid: "ACT" });
    expect(JSON.parse(mine[1]?.msg ?? "")).toMatchObject({ note: HOSTILE, id: ids[1], type: "admin_act" });
    expect(JSON.parse(mine[2]?.msg ?? "").note).toHaveLength(20_000);
    await eventually(async () => ((await readEventStream(db, made.id)).lag.count === 0 ? true : undefined));
  }

  test("takes messages over TCP and reads the same values back, each on its own line (P18)", () =>
    roundTrip(`syslog+tcp://127.0.0.1:${ports.tcp}`));

  test("takes uses as they are and as OCSF, and reads the same of them that the log has", async () => {
    const url = `syslog+tcp://127.0.0.1:${ports.tcp}`;
    await stream(url, { sources: ["uses"] });
    await stream(url, { sources: ["uses"], format: "ocsf" });
    const rows = [
      useOf({
        source: "forward_auth",
        method: "GET",
        path: `/${HOSTILE}`,
        userAgent: HOSTILE,
        subject: HOSTILE,
      }),
      useOf({ refusal: "revoked", ip: "2001:db8::1" }),
      useOf({ source: "refresh", tokenKind: "refresh" }),
    ];
    await createUseWriter().write(db, rows, null);
    const ids = new Set(rows.map(({ tokenId }) => tokenId));
    const log = await db.query<{ id: string; path: string | null }>(
      "SELECT id, path FROM token_use WHERE token_id = ANY ($1::uuid[]) ORDER BY ordinal",
      [[...ids]],
    );
    const mine = await eventually(() => {
      const all = received().filter(({ sd }) => log.some(({ id }) => id === sd["event@32473"].id));
      return all.length >= 6 ? all : undefined;
    }, 20_000);
    for (const one of mine) expect(one).toMatchObject({ app: "tokenwarden", msgid: "USE" });
    const said = mine.map(({ msg }) => JSON.parse(msg));
    const plain = said.filter(({ class_uid: uid }) => uid === undefined);
    const ocsf = said.filter(({ class_uid: uid }) => uid !== undefined);
    expect(plain.map(({ id, path }) => ({ id, path }))).toEqual(log);
    expect(ocsf.map(({ metadata }) => metadata.uid)).toEqual(log.map(({ id }) => id));
    expect(ocsf.flatMap(ocsfFaults)).toEqual([]);
    expect(ocsf.map(({ class_uid: uid }) => uid)).toEqual([6003, 6003, 3002]);
  });

  test.skipIf(!hasTls)(
    "takes them over TLS from a stream that knows its authority, and from no other",
    async () => {
      const url = `syslog+tls://localhost:${ports.tls}`;
      await roundTrip(url, { caPem: certificate });
      const made = await stream(url);
      expect(await testEventStream(owner(), { streamId: made.id }, keeping())).toMatchObject({
        isTaken: false,
        answer: expect.stringMatching(/SELF_SIGNED|UNABLE_TO/),
      });
    },
  );

  test("that is killed with -9 gets what it missed once it is there again, in order", async () => {
    const made = await stream(`syslog+tcp://127.0.0.1:${ports.tcp}`);
    await eventually(async () => ((await readEventStream(db, made.id)).delivered > 0 ? true : undefined));
    await killDaemon();
    const ids = [await act("while it was away"), await act("still")];
    const failing = await eventually(async () => {
      const row = await readEventStream(db, made.id);
      return row.failures > 0 ? row : undefined;
    });
    expect(failing.lastError).toMatch(/cannot be reached|closed the connection/);
    await startDaemon();
    const mine = await eventually(() => {
      const all = received().filter(({ sd }) => ids.includes(sd["event@32473"].id ?? ""));
      return all.length >= 2 ? all : undefined;
    }, 20_000);
    expect([...new Set(mine.map(({ sd }) => sd["event@32473"].id))]).toEqual(ids);
  });

  test("is refused as an address without TLS where nobody has named it, and as no address of a webhook", async () => {
    await expect(stream("syslog+tcp://127.0.0.1:1")).rejects.toMatchObject({ fields: [{ path: "url" }] });
    await expect(stream("syslog+tls://10.0.0.1:6514")).rejects.toMatchObject({ fields: [{ path: "url" }] });
    await expect(stream("https://127.0.0.1/")).rejects.toMatchObject({ fields: [{ path: "url" }] });
    await expect(
      stream(`syslog+tls://localhost:${ports.tls}`, { delivery: "webhook" }),
    ).rejects.toMatchObject({ fields: [{ path: "url" }] });
  });
});

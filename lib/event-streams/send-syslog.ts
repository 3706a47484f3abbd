import type { Socket } from "node:net";
import type { Outbound } from "../outbound/outbound.ts";
import { faultOf, OutboundError } from "../outbound/outbound-error.ts";
import { type Sent, SINK_TIMEOUT_MS } from "./sent.ts";
import { syslogFrames } from "./syslog-message.ts";

export type SyslogSink = { url: string; caPem: string | null };

/**
 * Sends a batch over a connection of its own and closes our side of it. Syslog has no acknowledgement, and what a socket took may still be lost with it: a batch counts as taken
 * when the daemon, having read up to the end, closes its side too.
 */
export async function sendSyslog(
  outbound: Outbound,
  { url, caPem }: SyslogSink,
  { messages, signal }: { messages: readonly string[]; signal?: AbortSignal },
): Promise<Sent> {
  const timeout = AbortSignal.timeout(SINK_TIMEOUT_MS);
  try {
    const socket = await outbound.connect({
      url,
      timeoutMs: SINK_TIMEOUT_MS,
      signal,
      ...(caPem === null ? {} : { caPem }),
    });
    try {
      await handOver(
        socket,
        syslogFrames(messages),
        signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      );
    } finally {
      socket.destroy();
    }
    return { outcome: "taken", answer: "read everything and closed the connection" };
  } catch (error) {
    const fault = faultOf(error, timeout);
    return { outcome: "failed", why: fault.message };
  }
}

/** @throws {OutboundError} unless the other side closes after everything was written and our side closed. */
function handOver(socket: Socket, frames: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const closedEarly = () => fail(new OutboundError("unreachable", "closed the connection before the end"));
    let isWritten = false;
    const onAbort = () => fail(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    // what a daemon says is nobody's business; without a reader its end is not seen
    socket.resume();
    socket.on("error", fail);
    socket.on("finish", () => {
      isWritten = true;
    });
    socket.on("end", () => (isWritten ? done() : closedEarly()));
    socket.on("close", () => (isWritten ? done() : closedEarly()));
    socket.end(frames);
  });
}

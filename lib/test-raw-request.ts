import { connect } from "node:net";

export type RawAnswer = { status: number; headers: Map<string, string>; body: string };

/** Sends bytes as they are over a connection of its own; status 0 where the other side closed without an answer. */
export async function sendRaw(port: number, text: string): Promise<RawAnswer> {
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect({ port, host: "localhost" });
    const chunks: Buffer[] = [];
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer came")));
    socket.on("connect", () => socket.write(Buffer.from(text, "latin1")));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error);
    });
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
  const end = answer.indexOf("\r\n\r\n");
  const [first = "", ...lines] = answer.slice(0, Math.max(end, 0)).split("\r\n");
  const headers = new Map(
    lines.map((line) => [
      line.split(":", 1)[0]?.toLowerCase() ?? "",
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  return { status: Number(first.split(" ")[1] ?? 0), headers, body: answer.slice(end + 4) };
}

import { createHash } from "node:crypto";

const HALF = 32;

/** Acts of two people each want a proof of who is there for this very act, good once. What a proof for one of them is told apart by: none stands for another. An approval's own id stands for approving it. */
type Act =
  | { act: "ask" | "break glass"; digest: Uint8Array }
  | { act: "ask again" | "do what was approved"; id: string };

/** @returns 32 hexadecimal digits. */
export function proofSubject(given: Act): string {
  // a request is told from all others by its digest: one half for each of the two ways that it can go
  if (given.act === "break glass") return Buffer.from(given.digest).toString("hex").slice(0, HALF);
  if ("digest" in given) return Buffer.from(given.digest).toString("hex").slice(-HALF);
  return createHash("sha256").update(`${given.act} ${given.id}`).digest("hex").slice(0, HALF);
}

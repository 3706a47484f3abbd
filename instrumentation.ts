/** Runs once when a console process starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { markPeers } = await import("./app/_lib/mark-peers.ts");
  markPeers();
}

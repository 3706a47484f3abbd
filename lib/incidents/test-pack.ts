import type { Context } from "../context.ts";
import type { EvidencePack } from "./evidence.ts";
import { exportEvidence } from "./export-evidence.ts";
import { releaseEvidence } from "./release-evidence.ts";

/** Lets the evidence of a case out and fetches it, as one who may do both. */
export async function takePack(ctx: Context, number: number): Promise<EvidencePack> {
  const { id } = await releaseEvidence(ctx, number, { format: "json" });
  return (await exportEvidence(ctx, { number, id })).pack;
}

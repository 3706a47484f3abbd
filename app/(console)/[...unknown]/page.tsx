import { notFound } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";

/** Any address that no page has: it stays inside of the frame, so that the way on is there. */
export default async function UnknownPage(): Promise<never> {
  await requireSignedIn();
  notFound();
}

"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useWork } from "#components/work/work.tsx";
import { progressWords } from "#components/work/work-words.ts";
import { isUnderWay } from "#lib/work/model.ts";

/** How far the erasure of a user's data is; the page is read again once it has ended. */
export function ErasureProgress({ userId }: { userId: string }) {
  const router = useRouter();
  const item = useWork().items.find((one) => one.kind === "erasure" && one.href === `/users/${userId}`);
  const hasEnded = item !== undefined && !isUnderWay(item);
  useEffect(() => {
    if (hasEnded) router.refresh();
  }, [hasEnded, router]);
  return item === undefined || hasEnded ? null : <p>{progressWords(item)}</p>;
}

"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";

/** Does what was planned, one at a time: says meanwhile that it is busy, and has the page read anew afterwards. */
export function usePlannedAct<R>(onBusy: (isBusy: boolean) => void) {
  const router = useRouter();
  const [result, setResult] = useState<R | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [isSending, setIsSending] = useState(false);

  async function act(send: () => Promise<R>) {
    if (isSending) return;
    setIsSending(true);
    onBusy(true);
    setProblem(null);
    try {
      setResult(await send());
      router.refresh();
    } catch (cause) {
      setProblem(cause);
    } finally {
      setIsSending(false);
      onBusy(false);
    }
  }

  return { result, problem, isSending, act, forgive: () => setProblem(null) };
}

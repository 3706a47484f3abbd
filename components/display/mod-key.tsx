"use client";

import { useOs } from "@mantine/hooks";

/** The key that goes with another one: ⌘ on Apple's, Ctrl elsewhere, which the page says until it knows. */
function useModKey(): "⌘" | "Ctrl" {
  const os = useOs();
  return os === "macos" || os === "ios" ? "⌘" : "Ctrl";
}

/** "⌘K" or "Ctrl K". */
export function ModKey({ with: key }: { with: string }) {
  const mod = useModKey();
  return mod === "⌘" && key.length === 1 ? `⌘${key}` : `${mod} ${key}`;
}

"use client";

import { type ReactNode, useState } from "react";
import { useHold } from "./live.tsx";

/** What is in it stays as it is while one points at it: what is about to be pressed does not move away. */
export function HoldWhilePointed({ className, children }: { className?: string; children: ReactNode }) {
  const [isPointed, setIsPointed] = useState(false);
  useHold(isPointed);
  return (
    <div
      className={className}
      onPointerEnter={() => setIsPointed(true)}
      onPointerLeave={() => setIsPointed(false)}
    >
      {children}
    </div>
  );
}

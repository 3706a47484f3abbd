"use client";

import type { ComponentProps } from "react";
import { Frame } from "#components/frame/frame.tsx";

async function signOutNow(): Promise<void> {
  const { signOut } = await import("next-auth/react");
  await signOut({ redirect: false });
  // what was begun and not sent is nobody else's
  sessionStorage.clear();
  // a full load, so that nothing of the session stays in memory
  window.location.assign("/sign-in?why=signed-out");
}

/** The frame with the console's own way out. */
export function ConsoleFrame(props: Omit<ComponentProps<typeof Frame>, "onSignOut">) {
  return <Frame {...props} onSignOut={signOutNow} />;
}

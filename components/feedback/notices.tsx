"use client";

import { notificationsStore } from "@mantine/notifications";
import dynamic from "next/dynamic";
import { useSyncExternalStore } from "react";
import { useWasEver } from "../on-demand/use-was-ever.ts";

const NoticeContainer = dynamic(
  () => import("./notice-container.tsx").then((module) => module.NoticeContainer),
  {
    ssr: false,
  },
);

const hasAny = () => notificationsStore.getState().notifications.length > 0;

/** Where notifications appear on a page of the console, whose own pieces they are made of; what else draws them is loaded with the first. */
export function Notices() {
  const isNeeded = useSyncExternalStore(notificationsStore.subscribe, hasAny, () => false);
  const wasNeeded = useWasEver(isNeeded);
  return wasNeeded ? <NoticeContainer /> : null;
}

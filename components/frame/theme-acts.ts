"use client";

import { useMantineColorScheme } from "@mantine/core";
import { COLOR_SCHEMES } from "../theme/color-schemes.ts";
import type { FrameAct } from "./acts.ts";

/** Light, dark or as the system, for the palette. */
export function useThemeActs(): FrameAct[] {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return COLOR_SCHEMES.filter(({ value }) => value !== colorScheme).map(({ value, act, Icon }) => ({
    name: act,
    about: "The theme, kept in this browser",
    Icon,
    run: () => setColorScheme(value),
  }));
}

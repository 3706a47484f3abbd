import { IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";

/** What a person can choose for themselves, in this browser. */
export const COLOR_SCHEMES = [
  { value: "light", word: "Light", act: "Turn the console light", Icon: IconSun },
  { value: "dark", word: "Dark", act: "Turn the console dark", Icon: IconMoon },
  { value: "auto", word: "As the system", act: "Follow the system's theme", Icon: IconDeviceDesktop },
] as const;

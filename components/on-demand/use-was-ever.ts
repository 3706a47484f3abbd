import { useState } from "react";

/** Whether it is, or was once: for what is loaded when it opens first and stays for the sake of how it closes. */
export function useWasEver(is: boolean): boolean {
  const [was, setWas] = useState(is);
  if (is && !was) setWas(true);
  return was || is;
}

"use client";

import { usePathname, useSearchParams } from "next/navigation";

/**
 * The row that stands open beside the list, kept in the address as `open`. Opening asks the server for nothing: the list is
 * there already.
 */
export function useOpenRow(): { openId: string | null; open: (id: string | null) => void } {
  const path = usePathname();
  const openId = useSearchParams().get("open");

  function open(id: string | null) {
    const parameters = new URLSearchParams(window.location.search);
    if (id === null) parameters.delete("open");
    else parameters.set("open", id);
    const text = parameters.toString();
    const address = text === "" ? path : `${path}?${text}`;
    // one step back closes it, however many rows were looked at meanwhile
    if (openId === null && id !== null) window.history.pushState(null, "", address);
    else window.history.replaceState(null, "", address);
  }
  return { openId, open };
}

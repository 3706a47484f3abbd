"use client";

import { create } from "qrcode";
import { useMemo } from "react";

/** Text as a QR code: black on white in both themes, since that is what cameras read. */
export function QrCode({ text, name, size = 188 }: { text: string; name: string; size?: number }) {
  const { width, path } = useMemo(() => {
    const { modules } = create(text, { errorCorrectionLevel: "M" });
    let d = "";
    for (let row = 0; row < modules.size; row += 1)
      for (let column = 0; column < modules.size; column += 1)
        if (modules.get(row, column)) d += `M${column + 4} ${row + 4}h1v1h-1z`;
    return { width: modules.size + 8, path: d };
  }, [text]);
  return (
    <svg
      width={size}
      height={size}
      viewBox={`0 0 ${width} ${width}`}
      role="img"
      aria-label={name}
      shapeRendering="crispEdges"
      style={{ borderRadius: 6, border: "1px solid var(--tw-line)" }}
    >
      <rect width={width} height={width} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

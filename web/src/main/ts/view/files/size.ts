import { formatNumber } from "../time.js";

/** Returns a number of bytes in human-readable form. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) {
    return `${bytes} B`;
  }
  const inKiB = bytes / 1024;
  if (inKiB < 1024) {
    return `${formatNumber(Math.round(inKiB))} KiB`;
  }
  const inMiB = inKiB / 1024;
  return inMiB < 10 ? `${formatNumber(Math.round(inMiB * 10) / 10)} MiB` : inMiB < 1024 ? `${formatNumber(Math.round(inMiB))} MiB` : `${formatNumber(Math.round(inMiB / 102.4) / 10)} GiB`;
}

import { number } from "../time.js";

/** Returns a number of bytes as people read it. */
export function sizeOf(bytes: number): string {
  if (bytes < 1024) {
    return `${bytes} B`;
  }
  const inKiB = bytes / 1024;
  if (inKiB < 1024) {
    return `${number(Math.round(inKiB))} KiB`;
  }
  const inMiB = inKiB / 1024;
  return inMiB < 10 ? `${number(Math.round(inMiB * 10) / 10)} MiB` : inMiB < 1024 ? `${number(Math.round(inMiB))} MiB` : `${number(Math.round(inMiB / 102.4) / 10)} GiB`;
}

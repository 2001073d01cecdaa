/** "3.2 MB", "741 MB", "12 KB": as people read it. */
export function megabytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} KB`;
  if (bytes >= 1e10) return `${Math.round(bytes / 1e9)} GB`;
  return `${bytes < 1e7 ? (bytes / 1e6).toFixed(1) : Math.round(bytes / 1e6)} MB`;
}

import type { Progress } from "../step.ts";

/** "12 of 40 MB, 5.2 MB/s, 6 s left" */
export function progressText({ done, total, perSecond, secondsLeft }: Progress): string {
  const left = secondsLeft === undefined ? "" : `, ${timeText(secondsLeft)} left`;
  return `${megabytes(done)} of ${megabytes(total)} MB, ${megabytes(perSecond)} MB/s${left}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}

function timeText(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

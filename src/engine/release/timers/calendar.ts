import type { Times } from "../../profile/index.ts";

const weekdayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/**
 * The same times as systemd writes them. Its fields must all fit, where cron takes either of two days: that becomes a line
 * for each.
 */
export function calendar({ minutes, hours, days, months, weekdays }: Times): string[] {
  const list = (numbers: readonly number[], all: number) =>
    numbers.length === all ? "*" : numbers.map((one) => String(one).padStart(2, "0")).join(",");
  const time = `${list(hours, 24)}:${list(minutes, 60)}:00 UTC`;
  const line = (day: readonly number[] | undefined, weekday: readonly number[] | undefined) => {
    const names = weekday?.map((one) => weekdayNames[one]).join(",");
    const date = `*-${list(months, 12)}-${day === undefined ? "*" : list(day, 31)}`;
    return `${names === undefined ? "" : `${names} `}${date} ${time}`;
  };
  return days === undefined || weekdays === undefined
    ? [line(days, weekdays)]
    : [line(days, undefined), line(undefined, weekdays)];
}

/** When a scheduled process runs: what each field of an expression allows, as numbers. */
export interface Times {
  minutes: number[];
  hours: number[];
  /** Days of the month; undefined where all are meant. */
  days: number[] | undefined;
  months: number[];
  /** Days of the week, 0 being Sunday; undefined where all are meant. */
  weekdays: number[] | undefined;
}

type Read = { ok: true; times: Times } | { ok: false; reason: string };

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface Field {
  name: string;
  from: number;
  to: number;
  names?: readonly string[];
}

const fields: readonly [Field, Field, Field, Field, Field] = [
  { name: "minute", from: 0, to: 59 },
  { name: "hour", from: 0, to: 23 },
  { name: "day of the month", from: 1, to: 31 },
  { name: "month", from: 1, to: 12, names: monthNames },
  { name: "day of the week", from: 0, to: 7, names: weekdayNames },
];

const short: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
};

/** Reads five fields as cron does; a reason where cron would do something else than what was meant, or nothing at all. */
export function readCron(text: string): Read {
  const words = (short[text] ?? text).trim().split(/\s+/);
  const read = fields.map((field, at) => readField(words[at] ?? "", field));
  const wrong = read.find((one) => typeof one === "string");
  if (typeof wrong === "string") return { ok: false, reason: wrong };
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = read.filter(
    (one) => typeof one !== "string",
  );
  const times = {
    ...{ minutes, hours, months },
    days: words[2]?.startsWith("*") && days.length === 31 ? undefined : days,
    weekdays: words[4] === "*" ? undefined : sorted(weekdays.map((day) => day % 7)),
  };
  return comes(times) ? { ok: true, times } : { ok: false, reason: "is a day that never comes" };
}

/** The first time after `after` that fits, all in UTC. */
export function nextTime({ minutes, hours, days, months, weekdays }: Times, after: Date): Date {
  const at = new Date(after.getTime());
  at.setUTCSeconds(0, 0);
  at.setUTCMinutes(at.getUTCMinutes() + 1);
  for (;;) {
    if (!months.includes(at.getUTCMonth() + 1)) at.setUTCMonth(at.getUTCMonth() + 1, 1);
    else if (!dayFits({ days, weekdays }, at)) at.setUTCDate(at.getUTCDate() + 1);
    else if (!hours.includes(at.getUTCHours())) {
      at.setUTCHours(at.getUTCHours() + 1, 0);
      continue;
    } else if (!minutes.includes(at.getUTCMinutes())) {
      at.setUTCMinutes(at.getUTCMinutes() + 1);
      continue;
    } else return at;
    at.setUTCHours(0, 0);
  }
}

/** Where both days are said, cron takes either. */
function dayFits({ days, weekdays }: Pick<Times, "days" | "weekdays">, at: Date): boolean {
  const [day, weekday] = [days?.includes(at.getUTCDate()), weekdays?.includes(at.getUTCDay())];
  return day === undefined || weekday === undefined ? (day ?? weekday ?? true) : day || weekday;
}

function readField(text: string, { name, from, to, names = [] }: Field): number[] | string {
  const number = (word: string) => {
    const named = names.indexOf(word.toLowerCase());
    return named === -1 ? (/^\d+$/.test(word) ? Number(word) : Number.NaN) : named + from;
  };
  const found: number[] = [];
  for (const part of text.split(",")) {
    const [, range = "", step = ""] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [first = "", last, ...more] = range.split("-");
    const begin = range === "*" ? from : number(first);
    const end = range === "*" || (last === undefined && step !== "") ? to : number(last ?? first);
    const by = step === "" ? 1 : Number(step);
    const fits = begin >= from && end <= to && begin <= end && by >= 1 && more.length === 0;
    if (!fits) return `has "${part}" as ${name}, which takes ${from} to ${to}`;
    for (let one = begin; one <= end; one += by) found.push(one);
  }
  return sorted(found);
}

const sorted = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b);

const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function comes({ days, months, weekdays }: Times): boolean {
  if (days === undefined || weekdays !== undefined) return true;
  return months.some((month) => days.some((day) => day <= (longest[month - 1] ?? 0)));
}

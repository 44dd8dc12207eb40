import { signal } from "@preact/signals";
import { daysBefore } from "../model/calendar.js";
import { locale, words } from "./words.js";

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Today, in the reader's time zone. */
const today = signal(dayOf(Date.now()));

/** Checks what day it is, so that the names of days change when a new day begins. */
export function updateToday(): void {
  today.value = dayOf(Date.now());
}

/** Returns a cached formatter: creating one is slow, and there are few. */
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = locale() + JSON.stringify(options);
  const known = formatters.get(name) ?? new Intl.DateTimeFormat(locale(), options);
  formatters.set(name, known);
  return known;
}

/** Returns the hour and minute of a time given in milliseconds since 1970. */
export function clockTime(at: number): string {
  return formatter({ timeStyle: "short" }).format(at);
}

/** Returns a time as a list shows it: the time of day if it is today, else the day. */
export function shortTime(at: number): string {
  const now = Date.now();
  if (dayOf(at) === today.value) {
    return clockTime(at);
  }
  return at >= daysBefore(now, 5) && at < now
    ? formatter({ weekday: "short" }).format(at)
    : formatter({ day: "numeric", month: "short", ...yearUnlessCurrent(at, now) }).format(at);
}

/** Returns a time in full. */
export function fullTime(at: number): string {
  return formatter({ dateStyle: "full", timeStyle: "medium" }).format(at);
}

/** Returns the name of a time's day. */
export function dayName(at: number): string {
  const now = Date.now();
  if (dayOf(at) === today.value) {
    return words().today;
  }
  if (dayOf(at) === dayOf(daysBefore(now, 1))) {
    return words().yesterday;
  }
  return formatter({ weekday: "long", day: "numeric", month: "long", ...yearUnlessCurrent(at, now) }).format(at);
}

/** Returns the day of a time, in the reader's time zone, as a string unique to that day. */
export function dayOf(at: number): string {
  return new Date(at).toDateString();
}

function yearUnlessCurrent(at: number, now: number): { year?: "numeric" } {
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : { year: "numeric" };
}

/** Returns a count as it is shown: the daemon counts up to 100, which means that many or more. */
export function cappedCount(count: number): string {
  return count >= 100 ? "99+" : String(count);
}

/** Returns a number in the format of the page's language. */
export function formatNumber(n: number): string {
  return new Intl.NumberFormat(locale()).format(n);
}

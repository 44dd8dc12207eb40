import { signal } from "@preact/signals";
import { daysBefore } from "../model/calendar.js";
import { locale, words } from "./words.js";

const formats = new Map<string, Intl.DateTimeFormat>();

/** Today, in the reader's time zone. */
const today = signal(dayOf(Date.now()));

/** Checks what day it is, so that the names of days change when a new day begins. */
export function updateToday(): void {
  today.value = dayOf(Date.now());
}

/** Returns a cached format: creating one takes long, and there are few. */
function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = locale() + JSON.stringify(options);
  const known = formats.get(name) ?? new Intl.DateTimeFormat(locale(), options);
  formats.set(name, known);
  return known;
}

/** Returns the hour and minute of a time, in milliseconds since 1970. */
export function clockTime(at: number): string {
  return format({ timeStyle: "short" }).format(at);
}

/** Returns a time as a list shows it: the hour today, else the day. */
export function shortTime(at: number): string {
  const now = Date.now();
  if (dayOf(at) === today.value) {
    return clockTime(at);
  }
  return at >= daysBefore(now, 5) && at < now
    ? format({ weekday: "short" }).format(at)
    : format({ day: "numeric", month: "short", ...yearOf(at, now) }).format(at);
}

/** Returns a time in full. */
export function fullTime(at: number): string {
  return format({ dateStyle: "full", timeStyle: "medium" }).format(at);
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
  return format({ weekday: "long", day: "numeric", month: "long", ...yearOf(at, now) }).format(at);
}

/** Returns the day of a time, in the reader's time zone, as a text that no other day has. */
export function dayOf(at: number): string {
  return new Date(at).toDateString();
}

function yearOf(at: number, now: number): { year?: "numeric" } {
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : { year: "numeric" };
}

/** Returns a count as it is shown: the daemon counts up to 100, which means that many or more. */
export function most(count: number): string {
  return count >= 100 ? "99+" : String(count);
}

/** Returns a number in the format of the page's language. */
export function number(n: number): string {
  return new Intl.NumberFormat(locale()).format(n);
}

import { useEffect, useRef } from "preact/hooks";
import type { Area } from "./parts.js";

/** How long a finger rests on a message until its menu opens, in milliseconds. */
const LONG_PRESS = 500;
/** How far a finger moves before it is a scroll or a swipe, and how far a swipe goes to answer, in CSS pixels. */
const SLOP = 10;
const SWIPE = 56;
/** What has a menu of the browser that is of more use than ours. */
const WITH_OWN_MENU = "a, img, audio, video, input, textarea";
const WITH_OWN_PRESS = "a, audio, video, input, textarea";

/** What is done with a message, by its number. */
interface Gestures {
  /** A long press, or a right click. */
  menu: (mid: number, at: Area) => void;
  /** A swipe to either side. */
  swiped: (mid: number) => void;
}

interface Press {
  row: HTMLElement;
  x: number;
  y: number;
  isSwipe: boolean;
  endPress: () => void;
}

/** Recognises long presses, right clicks and swipes on the messages of a list. */
export function useGestures(list: { current: HTMLElement | null }, gestures: Gestures): void {
  const { current: latest } = useRef({ gestures });
  latest.gestures = gestures;
  useEffect(() => {
    const { current } = list;
    if (current === null) {
      return undefined;
    }
    let touch: Press | null = null;
    /** Whether the finger that is down has opened a menu: what follows is no click, nor another menu. */
    let isPressed = false;
    const end = () => {
      touch?.endPress();
      if (touch?.isSwipe === true) {
        touch.row.style.translate = "";
      }
      touch = null;
    };
    const began = (event: TouchEvent) => {
      end();
      isPressed = false;
      const [finger] = event.touches;
      const row = rowOf(event.target);
      if (row === null || finger === undefined || event.touches.length > 1) {
        return;
      }
      const timer = setTimeout(() => {
        if (event.target instanceof Element && event.target.closest(WITH_OWN_PRESS) === null) {
          isPressed = true;
          latest.gestures.menu(midOf(row), areaOf(finger));
          end();
        }
      }, LONG_PRESS);
      touch = { row, x: finger.clientX, y: finger.clientY, isSwipe: false, endPress: () => clearTimeout(timer) };
    };
    const moved = (event: TouchEvent) => {
      const [finger] = event.touches;
      if (touch === null || finger === undefined) {
        return;
      }
      const across = finger.clientX - touch.x;
      const down = Math.abs(finger.clientY - touch.y);
      if (!touch.isSwipe && Math.max(Math.abs(across), down) > SLOP) {
        touch.endPress();
        if (Math.abs(across) < down * 1.5) {
          end();
          return;
        }
        touch.isSwipe = true;
      }
      if (touch.isSwipe) {
        touch.row.style.translate = `${Math.max(-SWIPE, Math.min(SWIPE, across))}px`;
      }
    };
    const ended = (event: TouchEvent) => {
      // While the browser scrolls, it can't be prevented.
      if (isPressed && event.cancelable) {
        event.preventDefault();
      }
      const [finger] = event.changedTouches;
      if (touch?.isSwipe === true && finger !== undefined && Math.abs(finger.clientX - touch.x) >= SWIPE) {
        latest.gestures.swiped(midOf(touch.row));
      }
      end();
    };
    const menu = (event: MouseEvent) => {
      const row = rowOf(event.target);
      const hasOwnMenu = event.target instanceof Element && event.target.closest(WITH_OWN_MENU) !== null;
      if (row !== null && !hasOwnMenu && (touch !== null || isPressed || getSelection()?.isCollapsed !== false)) {
        event.preventDefault();
        if (!isPressed) {
          isPressed = touch !== null;
          latest.gestures.menu(midOf(row), areaOf(event));
        }
        end();
      }
    };
    current.addEventListener("touchstart", began, { passive: true });
    current.addEventListener("touchmove", moved, { passive: true });
    current.addEventListener("touchend", ended);
    current.addEventListener("touchcancel", end);
    current.addEventListener("contextmenu", menu);
    return () => {
      end();
      current.removeEventListener("touchstart", began);
      current.removeEventListener("touchmove", moved);
      current.removeEventListener("touchend", ended);
      current.removeEventListener("touchcancel", end);
      current.removeEventListener("contextmenu", menu);
    };
  }, []);
}

/** Returns the message whose bubble an element is in, or null. */
function rowOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? (target.closest(".bubble")?.closest<HTMLElement>(".message[data-mid]") ?? null) : null;
}

/** Returns the point of a click or a finger. */
function areaOf({ clientX, clientY }: MouseEvent | Touch): Area {
  return { left: clientX, top: clientY, bottom: clientY };
}

function midOf(row: HTMLElement): number {
  return Number(row.dataset["mid"]);
}

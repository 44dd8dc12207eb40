import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Key } from "../../model/place.js";
import { safe } from "../../model/safe.js";
import { isPicture } from "../../model/timeline.js";
import type { FileOffer } from "../../wire/events.js";
import { useApp } from "../app.js";
import { Icon, IconButton, Name, Notice, useModal } from "../parts.js";
import { fullTime } from "../time.js";
import { words } from "../words-later.js";
import { addressOfFile, SaveLink, useLoading } from "./loading.js";
import { formatSize } from "./size.js";

/** How far a finger must move for a swipe to another picture, in CSS pixels. */
const SWIPE = 60;
const LARGEST_ZOOM = 8;

/** A conversation's pictures, one at a time, over the whole window: by keyboard, by pointer, and by touch. */
export function Viewer({ of, mid }: { of: Key; mid: number }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const dialog = useModal(true);
  const pictures = chat.conversation(of).timeline.entries.value.filter(isPicture);
  const index = pictures.findIndex((one) => one.mid === mid);
  const shown = pictures[index];
  const close = () => app.leave();
  const step = (by: number) => {
    // The place as it is now: keys may be pressed faster than this is rendered.
    const place = app.place.peek();
    const at = "message" in place ? pictures.findIndex((one) => one.mid === place.message) : -1;
    const next = at < 0 ? undefined : pictures[at + by];
    if (next !== undefined) {
      app.go({ at: "picture", key: of, message: next.mid }, true);
    }
  };

  // Wherever the focus is: the button that had it may be gone at the last picture. From the first moment on.
  useLayoutEffect(() => {
    const keyDown = (event: KeyboardEvent) => {
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
        event.preventDefault();
        step(event.key === "ArrowLeft" ? -1 : 1);
      }
    };
    addEventListener("keydown", keyDown);
    return () => removeEventListener("keydown", keyDown);
  });
  // What was taken back, or is not loaded, is not shown.
  useEffect(() => {
    if (shown === undefined) {
      app.go({ at: "conversation", key: of, message: mid }, true);
    }
  }, [shown === undefined]);
  if (shown === undefined) {
    return null;
  }
  const { name, size, width, height } = shown.info;
  return (
    <dialog
      ref={dialog}
      class="viewer"
      aria-label={safe(name)}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <header>
        <IconButton is="close" label={w.close} onClick={close} />
        <p>
          <Name of={name} />
          <small>
            {chat.people.name(shown.send)}, {fullTime(Date.parse(shown.time))} · {width} × {height} · {formatSize(size)}
          </small>
        </p>
        <IconButton is="talk" label={w.showInChat} onClick={() => app.go({ at: "conversation", key: of, message: shown.mid }, true)} />
        <SaveLink offer={shown} class="iconic" label={w.download} title={w.download}>
          <Icon is="down" />
        </SaveLink>
      </header>
      <Stage key={shown.mid} offer={shown} step={step} close={close} />
      {index > 0 && <IconButton is="back" label={w.previousPicture} onClick={() => step(-1)} />}
      {index < pictures.length - 1 && (
        <span class="next">
          <IconButton is="back" label={w.nextPicture} onClick={() => step(1)} />
        </span>
      )}
      <Notice />
    </dialog>
  );
}

/** The picture itself: it is panned and zoomed by pointers, and a swipe turns to another. */
function Stage({ offer, step, close }: { offer: FileOffer; step: (by: number) => void; close: () => void }) {
  const w = words();
  const image = useRef<HTMLImageElement>(null);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const view = useRef({ zoom: 1, x: 0, y: 0 });
  const start = useRef({ x: 0, y: 0, distance: 0, zoom: 1, hasMoved: false, isOutside: false });
  const isFailed = useSignal(false);
  const loading = useLoading(offer.info.file, () => (isFailed.value = true));

  const draw = () => {
    const { zoom, x, y } = view.current;
    if (image.current !== null) {
      image.current.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    }
  };
  const zoomTo = (zoom: number) => {
    view.current.zoom = Math.min(LARGEST_ZOOM, Math.max(1, zoom));
    if (view.current.zoom === 1) {
      view.current.x = view.current.y = 0;
    }
    draw();
  };
  useLayoutEffect(draw);

  const distance = () => {
    const [one, other] = [...pointers.current.values()];
    return one === undefined || other === undefined ? 0 : Math.hypot(one.x - other.x, one.y - other.y);
  };
  const down = (event: PointerEvent) => {
    if (event.pointerType === "mouse" && event.button !== 0) {
      return;
    }
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.current.size === 1) {
      start.current = { x: event.clientX, y: event.clientY, distance: 0, zoom: view.current.zoom, hasMoved: false, isOutside: event.target !== image.current };
    } else {
      start.current.distance = distance();
      start.current.zoom = view.current.zoom;
      start.current.hasMoved = true;
    }
  };
  const move = (event: PointerEvent) => {
    const before = pointers.current.get(event.pointerId);
    if (before === undefined) {
      return;
    }
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.current.size === 2 && start.current.distance > 0) {
      zoomTo((start.current.zoom * distance()) / start.current.distance);
    } else if (view.current.zoom > 1) {
      view.current.x += event.clientX - before.x;
      view.current.y += event.clientY - before.y;
      start.current.hasMoved ||= Math.hypot(event.clientX - start.current.x, event.clientY - start.current.y) > 5;
      draw();
    }
  };
  const up = (event: PointerEvent) => {
    if (!pointers.current.delete(event.pointerId) || pointers.current.size > 0) {
      return;
    }
    const deltaX = event.clientX - start.current.x;
    const deltaY = event.clientY - start.current.y;
    if (start.current.hasMoved || view.current.zoom > 1) {
      return;
    }
    if (Math.abs(deltaX) > SWIPE && Math.abs(deltaX) > Math.abs(deltaY)) {
      step(deltaX > 0 ? -1 : 1);
    } else if (deltaY > SWIPE * 2) {
      close();
    } else if (start.current.isOutside && Math.hypot(deltaX, deltaY) < 5) {
      close();
    }
  };
  return (
    <div
      class="stage"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={(event) => pointers.current.delete(event.pointerId)}
      onDblClick={() => zoomTo(view.current.zoom > 1 ? 1 : 2.5)}
      onWheel={(event) => zoomTo(view.current.zoom * (event.deltaY < 0 ? 1.2 : 1 / 1.2))}
    >
      {isFailed.value ? (
        <p>{w.notShownHere}</p>
      ) : (
        <img
          ref={image}
          key={loading.version}
          src={loading.isAdmitted ? addressOfFile(offer.info.file) : undefined}
          width={offer.info.width}
          height={offer.info.height}
          alt={safe(offer.info.name)}
          draggable={false}
          onError={loading.failed}
        />
      )}
    </div>
  );
}

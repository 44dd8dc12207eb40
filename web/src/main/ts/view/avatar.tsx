import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isGroup, type Key } from "../model/place.js";
import { useApp } from "./app.js";
import { drawnJpeg } from "./files/drawing.js";
import { Sheet } from "./parts.js";
import { words } from "./words-later.js";
import * as Type from "../wire/type.js";

/** The side of a picture that is sent, in pixels, its qualities, the best first, and its maximum size in bytes. */
const SIDE = 320;
const QUALITIES = [0.9, 0.75, 0.5];
const MAX_BYTES = 64 << 10;
/** The side of the picture while it is cropped, in pixels; by how much of it an arrow key moves it, and how much larger it can be made. */
const SHOWN = 240;
const STEP = 0.05;
const MAX_ZOOM = 4;

/** The buttons that give the user, or a group, a picture, and take it away. */
export function ChangeAvatar({ of }: { of: Key }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const image = useSignal<ImageBitmap | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const hasOne = chat.avatars.addressOf(of) !== null;
  const set = (avatar: string) =>
    app.try(isGroup(of) ? chat.requests.changeGroup({ op: "avatar", group_id: of as `G${number}`, avatar }) : chat.requests.request({ type: Type.Avatars, info: { avatar } }));
  const choose = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    input.value = "";
    if (file !== undefined) {
      try {
        image.value = await createImageBitmap(file);
      } catch {
        app.showNotice(w.notAPicture);
      }
    }
  };
  return (
    <div class="choices">
      <input ref={field} hidden type="file" accept="image/*" onChange={({ currentTarget }) => void choose(currentTarget)} />
      <button type="button" onClick={() => field.current?.click()}>
        {hasOne ? w.changePicture : w.choosePicture}
      </button>
      {hasOne && (
        <button type="button" onClick={() => void set("")}>
          {w.removePicture}
        </button>
      )}
      {image.value !== null && (
        <Crop
          image={image.value}
          isRound={!isGroup(of)}
          close={() => {
            image.peek()?.close();
            image.value = null;
          }}
          save={set}
        />
      )}
    </div>
  );
}

/** What is seen of a picture: the middle of the square, 0 to 1 of the picture's width and height, and how much larger than fits it is. */
interface Crop {
  x: number;
  y: number;
  zoom: number;
}

/** Returns the square of a picture that is seen, within it, in its pixels. */
function squareOf({ width, height }: ImageBitmap, { x, y, zoom }: Crop): { left: number; top: number; side: number } {
  const side = Math.min(width, height) / zoom;
  const within = (middle: number, length: number) => Math.max(0, Math.min(length - side, middle * length - side / 2));
  return { left: within(x, width), top: within(y, height), side };
}

function draw(context: CanvasRenderingContext2D, image: ImageBitmap, crop: Crop): void {
  const { left, top, side } = squareOf(image, crop);
  context.drawImage(image, left, top, side, side, 0, 0, context.canvas.width, context.canvas.height);
}

/** Returns the bytes of a JPEG in base64; null if it can't be made small enough. */
async function jpegOf(image: ImageBitmap, crop: Crop): Promise<string | null> {
  for (const quality of QUALITIES) {
    const jpeg = await drawnJpeg(SIDE, SIDE, quality, (context) => draw(context, image, crop));
    if (jpeg !== null && jpeg.size <= MAX_BYTES) {
      return btoa(Array.from(new Uint8Array(await jpeg.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(""));
    }
  }
  return null;
}

/** Asks which part of a picture is to be seen. */
function Crop({ image, isRound, close, save }: { image: ImageBitmap; isRound: boolean; close: () => void; save: (avatar: string) => Promise<boolean> }) {
  const app = useApp();
  const w = words();
  const crop = useSignal<Crop>({ x: 0.5, y: 0.5, zoom: 1 });
  const isSaving = useSignal(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context) {
      context.clearRect(0, 0, SIDE, SIDE);
      draw(context, image, crop.value);
    }
  }, [crop.value]);
  /** Moves what is seen by a part of the square; it stays within the picture. */
  const move = (right: number, down: number) => {
    const { left, top, side } = squareOf(image, crop.peek());
    const within = (start: number, length: number) => (Math.max(0, Math.min(length - side, start)) + side / 2) / length;
    crop.value = { ...crop.peek(), x: within(left + right * side, image.width), y: within(top + down * side, image.height) };
  };
  const keys: { [key: string]: readonly [number, number] } = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
  const submit = async (event: Event) => {
    event.preventDefault();
    isSaving.value = true;
    const avatar = await jpegOf(image, crop.peek());
    if (avatar === null) {
      app.showNotice(w.notAPicture);
    } else if (await save(avatar)) {
      close();
    }
    isSaving.value = false;
  };
  return (
    <Sheet label={w.choosePicture} close={close}>
      <h2>{w.choosePicture}</h2>
      <form class="crop" onSubmit={(event) => void submit(event)}>
        <canvas
          ref={canvas}
          class={isRound ? "round" : undefined}
          width={SIDE}
          height={SIDE}
          tabIndex={0}
          role="img"
          aria-label={w.pictureMeans}
          onKeyDown={(event) => {
            const step = keys[event.key];
            if (step !== undefined) {
              event.preventDefault();
              move(...step);
            }
          }}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && move(-event.movementX / SHOWN, -event.movementY / SHOWN)}
        />
        <p class="hint">{w.pictureMeans}</p>
        <label class="field">
          <span>{w.pictureSize}</span>
          <input
            type="range"
            min={1}
            max={MAX_ZOOM}
            step={0.05}
            value={crop.value.zoom}
            onInput={({ currentTarget }) => (crop.value = { ...crop.peek(), zoom: Number(currentTarget.value) })}
          />
        </label>
        <p class="choices">
          <button type="button" class="plain" onClick={close}>
            {w.cancel}
          </button>
          <button type="submit" class="strong" disabled={isSaving.value}>
            {w.save}
          </button>
        </p>
      </form>
    </Sheet>
  );
}

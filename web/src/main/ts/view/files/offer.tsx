import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Key } from "../../model/place.js";
import { safe } from "../../model/safe.js";
import type { FileOffer } from "../../wire/events.js";
import { useApp } from "../app.js";
import { Icon, Name } from "../parts.js";
import { words } from "../words.js";
import { addressOfFile, SaveLink, useLoading, useNear } from "./loading.js";
import { formatSize } from "./size.js";

/** The longest side of a picture in a conversation, in CSS pixels. */
const MAX_SIDE = 360;
/** The minimum width and height of a picture, for its buttons, in CSS pixels. */
const MIN_SIDE = 44;
/** How many characters at the end of a file's name are always shown, including its extension. */
const NAME_END = 12;
/** How many of a picture's first bytes tell whether it is animated. */
export const HEAD_BYTES = 4096;

const REDUCED_MOTION = matchMedia("(prefers-reduced-motion: reduce)");

/** A file in a conversation: a picture, audio or video inline, anything else to be saved. */
export function FileBody({ offer, of }: { offer: FileOffer; of: Key }) {
  const { media, width, height } = offer.info;
  const isUnsupported = useSignal(false);
  if (media.startsWith("image/") && width !== undefined && height !== undefined && !isUnsupported.value) {
    return <Picture offer={offer} of={of} width={width} height={height} failed={() => (isUnsupported.value = true)} />;
  }
  if ((media.startsWith("audio/") || media.startsWith("video/")) && !isUnsupported.value) {
    return <Player offer={offer} failed={() => (isUnsupported.value = true)} />;
  }
  return <FileRow offer={offer} isUnknown={isUnsupported.value} />;
}

/** A file to be saved: its kind, name and size. */
export function FileRow({ offer, isUnknown: isUnsupported = false }: { offer: FileOffer; isUnknown?: boolean }) {
  const w = words();
  const { name, size, media } = offer.info;
  const kind = iconOf(name, media);
  const note = isUnsupported ? w.notShownHere : SHOWABLE.has(kind) ? w.onlySaved : "";
  return (
    <SaveLink offer={offer} class="file" label={w.saveFile(safe(name), formatSize(size))}>
      <Icon is={kind} />
      <FileName of={name} />
      <small>
        {formatSize(size)}
        {note !== "" && ` · ${note}`}
      </small>
    </SaveLink>
  );
}

/** A file's name, shortened in its middle where there is no room. */
export function FileName({ of }: { of: string }) {
  const characters = [...of];
  return (
    <span class="file-name" title={safe(of)}>
      <Name of={characters.slice(0, -NAME_END).join("")} />
      <Name of={characters.slice(-NAME_END).join("")} />
    </span>
  );
}

type Kind = "picture" | "audio" | "video" | "archive" | "spreadsheet" | "file";

const KINDS: readonly [Kind, RegExp][] = [
  ["picture", /\.(?:jpe?g|png|gif|webp|avif|heic|heif|svg|bmp|tiff?)$/i],
  ["audio", /\.(?:mp3|ogg|opus|wav|flac|m4a|aac)$/i],
  ["video", /\.(?:mp4|webm|mov|mkv|avi)$/i],
  ["archive", /\.(?:zip|gz|xz|zst|bz2|7z|rar|tar|tgz)$/i],
  ["spreadsheet", /\.(?:csv|tsv|ods|xlsx?)$/i],
];
const MEDIA: { [main: string]: Kind } = { image: "picture", audio: "audio", video: "video" };

/** Kinds of which people expect to see or hear a file in place: HEIC, for example, is none that browsers show. */
const SHOWABLE: ReadonlySet<Kind> = new Set(["picture", "audio", "video"]);

/** Returns the icon of a kind of file. */
export function iconOf(name: string, media: string): Kind {
  const [main = ""] = media.split("/");
  return MEDIA[main] ?? KINDS.find(([, pattern]) => pattern.test(name))?.[0] ?? "file";
}

interface PictureProps {
  offer: FileOffer;
  of: Key;
  width: number;
  height: number;
  failed: () => void;
}

/**
 * A picture, in a box of its final size from the start. It is loaded only near the viewport, and unloaded far from it;
 * an animated one is frozen under reduced motion, until the user plays it.
 */
function Picture({ offer, of, width, height, failed }: PictureProps) {
  const app = useApp();
  const w = words();
  const { file, name } = offer.info;
  const box = useRef<HTMLButtonElement>(null);
  const isNear = useNear(box);
  const prefersReducedMotion = useSignal(REDUCED_MOTION.matches);
  const isPlaying = useSignal(false);
  const isAnimatedPicture = useSignal(true);
  const loading = useLoading(file, failed);
  const scale = Math.min(1, MAX_SIDE / width, MAX_SIDE / height);
  // A very thin one is shown within a box that is large enough to tap.
  const shownWidth = Math.max(MIN_SIDE, Math.round(width * scale));
  const shownHeight = Math.max(MIN_SIDE, Math.round(height * scale));

  useEffect(() => {
    const changed = () => (prefersReducedMotion.value = REDUCED_MOTION.matches);
    REDUCED_MOTION.addEventListener("change", changed);
    return () => REDUCED_MOTION.removeEventListener("change", changed);
  }, []);
  useEffect(() => {
    if (prefersReducedMotion.value && isNear.value && loading.isAdmitted) {
      void fetch(addressOfFile(file), { headers: { Range: `bytes=0-${HEAD_BYTES - 1}` } })
        .then(async (answer) => (isAnimatedPicture.value = !answer.ok || isAnimated(await answer.arrayBuffer())))
        .catch(() => {});
    }
  }, [prefersReducedMotion.value, isNear.value, loading.isAdmitted]);

  const isStopped = prefersReducedMotion.value && !isPlaying.value && isAnimatedPicture.value;
  return (
    <span class="picture">
      <button
        ref={box}
        type="button"
        aria-label={w.showPicture(safe(name))}
        style={{ width: `${shownWidth}px`, aspectRatio: `${shownWidth} / ${shownHeight}` }}
        onClick={() => app.go({ at: "picture", key: of, message: offer.mid })}
      >
        {isNear.value && loading.isAdmitted && (
          <img
            key={`${loading.version} ${isStopped}`}
            src={addressOfFile(file)}
            class={isStopped ? "moving" : undefined}
            alt=""
            width={width}
            height={height}
            decoding="async"
            onLoad={({ currentTarget }) => isStopped && freeze(currentTarget, shownWidth, shownHeight)}
            onError={loading.failed}
          />
        )}
      </button>
      {isStopped && (
        <button type="button" class="play" aria-label={w.play} title={w.play} onClick={() => (isPlaying.value = true)}>
          <Icon is="play" />
        </button>
      )}
    </span>
  );
}

/** Shows the first frame of a picture in its place. */
function freeze(image: HTMLImageElement, width: number, height: number): void {
  if (image.src.startsWith("blob:")) {
    URL.revokeObjectURL(image.src);
    image.classList.remove("moving");
    return;
  }
  const canvas = document.createElement("canvas");
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => {
    if (blob !== null && image.isConnected) {
      // Not asynchronously: until it is decoded, what moves would be painted.
      image.decoding = "sync";
      image.src = URL.createObjectURL(blob);
    }
  });
}

/** Returns whether a picture may be animated, by its first bytes: any GIF may. */
export function isAnimated(head: ArrayBuffer): boolean {
  const text = new TextDecoder("latin1").decode(head);
  return text.startsWith("GIF8") || (text.startsWith("RIFF") && text.startsWith("WEBPVP8X", 8) && (text.charCodeAt(20) & 2) !== 0) || text.includes("acTL");
}

/** An audio or video file, with the browser's own controls. */
function Player({ offer, failed }: { offer: FileOffer; failed: () => void }) {
  const { file, name, size, media } = offer.info;
  const box = useRef<HTMLDivElement>(null);
  const isNear = useNear(box);
  /** Whether it was ever near: what is playing continues out of view. */
  const wasNear = useRef(false);
  const loading = useLoading(file, failed);
  wasNear.current ||= isNear.value;
  const isLoadable = wasNear.current && loading.isAdmitted;
  const more = { key: loading.version, src: isLoadable ? addressOfFile(file) : undefined, controls: true, "aria-label": safe(name), onError: () => isLoadable && loading.failed() };
  return (
    <div class="player" ref={box}>
      {media.startsWith("video/") ? <video {...more} preload="metadata" playsInline /> : <audio {...more} preload="metadata" />}
      <SaveLink offer={offer} class="saves">
        <FileName of={name} /> <small>{formatSize(size)}</small>
      </SaveLink>
    </div>
  );
}

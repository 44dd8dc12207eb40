import { listWidth } from "./device.js";
import { words } from "./words-later.js";

/** How far an arrow key moves the edge of the list, in CSS pixels. */
const STEP = 10;

/** The edge between the list and the conversation: dragged, or moved by arrow keys, it changes the list's width. */
export function ListEdge() {
  const { value } = listWidth;
  return (
    <div
      class="edge"
      role="separator"
      aria-orientation="vertical"
      aria-label={words().listWidth}
      aria-valuenow={value}
      aria-valuemin={listWidth.least}
      aria-valuemax={listWidth.most}
      tabIndex={0}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && listWidth.choose(event.clientX)}
      onDblClick={() => listWidth.choose(listWidth.byDefault)}
      onKeyDown={(event) => {
        const step = event.key === "ArrowLeft" ? -STEP : event.key === "ArrowRight" ? STEP : 0;
        if (step !== 0) {
          event.preventDefault();
          listWidth.choose(value + step);
        }
      }}
    />
  );
}

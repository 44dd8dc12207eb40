// What is not needed at first: the page loads it when it is idle, or when it is wanted.
export { Actions } from "./actions.js";
export { Card } from "./card.js";
export { EmojiPicker } from "./emoji.js";
export { ListEdge } from "./edge.js";
export { ForcedChange } from "./forced.js";
export { NewGroup } from "./group.js";
export { SelectionBar } from "./select.js";
export { notify } from "./notify.js";
export { HitBar, Search } from "./search.js";
export { SendSheet } from "./files/send.js";
export { Viewer } from "./files/viewer.js";
export { Me, Shortcuts } from "./side.js";
export { Unknown } from "./unknown.js";

// What is not needed at first: the page loads it when it is idle, or when it is wanted.
export { Card } from "./card.js";
export { MoreActions } from "./more.js";
export { NewGroup } from "./group.js";
export { Search } from "./search.js";
export { Me, Shortcuts } from "./side.js";

import { Component, type ComponentType, createElement, type FunctionComponent, type VNode } from "preact";

/**
 * Returns a component that is rendered again only if a property, or a signal that it reads, has changed. A wrapper
 * around it compares the properties: inside it, the comparison would also hold back renders that signals ask for.
 */
export function memoOf<P extends object>(render: FunctionComponent<P>): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      return Object.keys(next).some((name) => next[name as keyof P] !== this.props[name as keyof P]);
    }

    override render(): VNode<P> {
      return createElement(render, this.props as P);
    }
  };
}

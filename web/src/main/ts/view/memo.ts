import { Component, type ComponentType, createElement, type FunctionComponent, type VNode } from "preact";

/**
 * Returns a component that is rendered again only if a property, or a signal that it reads, has changed. The properties
 * are compared by one around it: it would hold back what signals ask for, too.
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

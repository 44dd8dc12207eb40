import { Component, type ComponentType, type VNode } from "preact";

/** Returns a component that is rendered again only if a property, or a signal that it reads, has changed. */
export function memoOf<P extends object>(render: (props: P) => VNode): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      return Object.keys(next).some((name) => next[name as keyof P] !== this.props[name as keyof P]);
    }

    override render(): VNode {
      return render(this.props as P);
    }
  };
}

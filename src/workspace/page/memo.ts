import { Component, type ComponentChildren, type ComponentType, createElement } from 'preact';

/** A component that is drawn anew only when one of its props is another value. */
export function memo<Props extends object>(inner: ComponentType<Props>): ComponentType<Props> {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const keys = new Set([...Object.keys(next), ...Object.keys(this.props)]) as Set<keyof Props>;
      return [...keys].some((key) => next[key] !== this.props[key]);
    }

    override render(): ComponentChildren {
      return createElement(inner, this.props as Props);
    }
  };
}

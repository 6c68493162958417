/** Catches what breaks while drawing: a sentence and a way on instead of an empty page. */
import { Component, type ReactNode } from 'react';

interface BoundaryProps {
  children: ReactNode;
  /** What is drawn instead. */
  fallback: ReactNode;
}

export class Boundary extends Component<BoundaryProps, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    return this.state.isBroken ? this.props.fallback : this.props.children;
  }
}

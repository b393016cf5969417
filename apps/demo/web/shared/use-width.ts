/**
 * Returns a ref, and the current width of the element to which the ref is attached: without padding, in pixels, rounded
 * down. The width is 0 before the first layout.
 */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

export function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  // Measure before the browser paints, so that everything that needs the width is in the first frame.
  useLayoutEffect(() => {
    if (element.current === null) return;
    setWidth(Math.floor(Number.parseFloat(getComputedStyle(element.current).width)) || 0);
    const observer = new ResizeObserver(([{ contentRect }]) => setWidth(Math.floor(contentRect.width)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

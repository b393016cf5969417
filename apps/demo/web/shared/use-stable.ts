/** Keeps the identity of plain data while its content stays the same, for the dependencies of effects and memos. */
import { useState } from 'react';
import { hasSameContent } from './same-content.js';

/** Returns the object from the previous render if it has the same content, otherwise `data`. */
export function useStable<Data>(data: Data): Data {
  const [stable, setStable] = useState(data);
  if (hasSameContent(stable, data)) return stable;
  setStable(data);
  return data;
}

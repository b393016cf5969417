/** Keeps the identity of plain data while its content stays the same, for the dependencies of effects and memos. */
import { useState } from 'react';
import { hasSameContent } from './same-content.js';

/** Returns the object of the first render with this content. */
export function useStable<Data>(data: Data): Data {
  const [kept, keep] = useState(data);
  if (hasSameContent(kept, data)) return kept;
  keep(data);
  return data;
}

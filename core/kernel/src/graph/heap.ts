/** Adds a number to a binary heap, which is a plain array: the children of `i` are `2i + 1` and `2i + 2`. */
export function heapPush(heap: number[], value: number): void {
  let hole = heap.length;
  heap.push(value);
  while (hole > 0) {
    const parent = (hole - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || value >= above) break;
    heap[hole] = above;
    hole = parent;
  }
  heap[hole] = value;
}

/** Takes out the least number; `undefined` from an empty heap. */
export function heapPop(heap: number[]): number | undefined {
  const first = heap[0];
  const value = heap.pop();
  if (value === undefined || heap.length === 0) return first;
  let hole = 0;
  for (;;) {
    let at = 2 * hole + 1;
    let child = heap[at];
    if (child === undefined) break;
    const right = heap[at + 1];
    if (right !== undefined && right < child) {
      child = right;
      at++;
    }
    if (value <= child) break;
    heap[hole] = child;
    hole = at;
  }
  heap[hole] = value;
  return first;
}

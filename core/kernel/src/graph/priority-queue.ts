/**
 * Adds a number to a priority queue. The queue is a plain array that contains a binary heap: the children of `i` are
 * `2i + 1` and `2i + 2`.
 */
export function enqueue(queue: number[], value: number): void {
  let hole = queue.length;
  queue.push(value);
  while (hole > 0) {
    const parent = (hole - 1) >> 1;
    const above = queue[parent];
    if (above === undefined || value >= above) break;
    queue[hole] = above;
    hole = parent;
  }
  queue[hole] = value;
}

/** Removes the smallest number and returns it. Returns `undefined` if the queue is empty. */
export function dequeue(queue: number[]): number | undefined {
  const first = queue[0];
  const value = queue.pop();
  if (value === undefined || queue.length === 0) return first;
  let hole = 0;
  for (;;) {
    let at = 2 * hole + 1;
    let child = queue[at];
    if (child === undefined) break;
    const right = queue[at + 1];
    if (right !== undefined && right < child) {
      child = right;
      at++;
    }
    if (value <= child) break;
    queue[hole] = child;
    hole = at;
  }
  queue[hole] = value;
  return first;
}

import { html, type Html } from '@headwater/plugin-http';
import type { LaneNode, Lanes } from './lanes.ts';

/** In pixels; the stylesheet gives the names of the lanes the same height. */
const laneHeight = 36;
const columnWidth = 40;

/**
 * Draws lanes. The drawing is for the eye and the mouse: the table beside it has the same content for screen readers and
 * the keyboard. `found` are revisions to point out.
 */
export function drawLanes({ lanes, nodes, edges, columns }: Lanes, found: ReadonlySet<string>): Html {
  const width = columns * columnWidth;
  const height = lanes.length * laneHeight;
  const lines = nodes.slice(1).flatMap((node, i) => {
    const previous = nodes[i];
    return previous === undefined || previous.lane !== node.lane ? [] : [[previous, node] as const];
  });
  return html`<div class="lanes" aria-hidden="true">
    <ul>
      ${lanes.map((lane) => html`<li><a tabindex="-1" href=${`/studio/history?plugin=${lane}`}>${lane}</a></li>`)}
    </ul>
    <svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} focusable="false">
      ${lines.map(([from, to]) => html`<line class=${`lane ${to.state ?? ''}`} x1=${x(from)} y1=${y(from)} x2=${x(to)} y2=${y(to)} />`)}
      ${edges.map(({ from, to }) => {
        const [a, b] = [nodes[from], nodes[to]];
        return a !== undefined && b !== undefined && html`<path class="edge" d=${curve(a, b)} />`;
      })}
      ${nodes.map((node) => drawNode(node, found))}
    </svg>
  </div>`;
}

function x({ column }: LaneNode): number {
  return column * columnWidth + columnWidth / 2;
}

function y({ lane }: LaneNode): number {
  return lane * laneHeight + laneHeight / 2 - 4;
}

/** Leaves the first node to the right and arrives at the second from the left. */
function curve(from: LaneNode, to: LaneNode): string {
  const bend = Math.min(columnWidth * 1.5, (x(to) - x(from)) * 0.6);
  return `M${x(from)} ${y(from)}C${x(from) + bend} ${y(from)} ${x(to) - bend} ${y(to)} ${x(to)} ${y(to)}`;
}

function drawNode(node: LaneNode, found: ReadonlySet<string>): Html {
  const { ids, state, breaking } = node;
  const [first = '', last = ''] = [ids[0], ids.at(-1)];
  const isFound = ids.some((id) => found.has(id));
  const title = ids.length === 1 ? `${first}: ${state}` : `${ids.length} revisions from ${first} to ${last}: ${state}`;
  const plugin = first.slice(0, first.indexOf('@'));
  const href =
    ids.length === 1 ? `/studio/revisions/${encodeURIComponent(first)}` : `/studio/history?plugin=${plugin}&unfold=1`;
  const [cx, cy] = [x(node), y(node)];
  return html`<a class=${`node ${state ?? 'applied'}`} tabindex="-1" href=${href}>
    <title>${breaking ? `${title}, breaking` : title}</title>
    ${isFound && html`<circle class="halo" cx=${cx} cy=${cy} r="11" />`}
    ${ids.length > 1 ? html`<rect class="mark" x=${cx - 13} y=${cy - 8} width="26" height="16" rx="8" />` : mark(node, cx, cy)}
    <text x=${cx} y=${ids.length > 1 ? cy + 3.5 : cy + 18}>${ids.length > 1 ? String(ids.length) : label(first)}</text>
  </a>`;
}

/** A shape for each state, like those of the badges. */
function mark({ state, breaking }: LaneNode, cx: number, cy: number): Html {
  if (state === 'ahead') return html`<path class="mark" d=${`M${cx} ${cy - 7}l7 12h-14z`} />`;
  if (state === 'dormant') {
    return html`<circle class="mark" cx=${cx} cy=${cy} r="6" /><path class="half" d=${`M${cx} ${cy - 6}a6 6 0 0 0 0 12z`} />`;
  }
  return html`${breaking && html`<circle class="ring" cx=${cx} cy=${cy} r="9" />`}<circle class="mark" cx=${cx} cy=${cy} r="6" />`;
}

/** Returns the number at the beginning of the slug, or its first letters. */
function label(id: string): string {
  const slug = id.slice(id.indexOf('@') + 1);
  return /^[a-z]?\d+/.exec(slug)?.[0].slice(0, 6) ?? slug.slice(0, 5);
}

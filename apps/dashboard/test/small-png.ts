/** A picture of a page has few colours: written with a palette of 256 it takes a third of the room. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 256;
/** Colour types of the format, for 8 bits each. */
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/** @param png as a browser writes it: 8 bits, RGB or RGBA without transparency, not interlaced. */
export function smallPng(png: Buffer): Buffer {
  const chunks = readChunks(png);
  const head = chunks.find(({ type }) => type === 'IHDR')?.data ?? Buffer.alloc(13);
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const channels = CHANNELS[head.readUInt8(9)];
  if (head.readUInt8(8) !== 8 || channels === undefined || head.readUInt8(12) !== 0) {
    throw new Error('not a picture a browser takes');
  }
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const pixels = unfilter(inflateSync(packed), width * channels, height, channels);
  const { palette, indexOf } = choosePalette(pixels, channels);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rows[y * (width + 1) + 1 + x] = indexOf(colourAt(pixels, (y * width + x) * channels));
    }
  }
  const newHead = Buffer.from(head);
  newHead.writeUInt8(3, 9);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', newHead),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

function readChunks(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += length + 12;
  }
  return chunks;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** Each row says how it was written: as it is, or as the difference to its neighbours. */
function unfilter(rows: Buffer, stride: number, height: number, channels: number): Buffer {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = rows[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x < channels ? 0 : (out[at - channels] ?? 0);
      const up = y === 0 ? 0 : (out[at - stride] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (out[at - stride - channels] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      out[at] = ((rows[y * (stride + 1) + 1 + x] ?? 0) + guess) & 0xff;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

const colourAt = (pixels: Buffer, at: number): number => pixels.readUIntBE(at, 3);

/** The colours that are kept; the others become the nearest of them. */
function choosePalette(pixels: Buffer, channels: number) {
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += channels) {
    const colour = colourAt(pixels, at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const colours = spread(counts);
  const indices = new Map(colours.map((colour, index) => [colour, index]));
  const palette = Buffer.alloc(colours.length * 3);
  for (const [index, colour] of colours.entries()) palette.writeUIntBE(colour, index * 3, 3);
  const indexOf = (colour: number): number => {
    const known = indices.get(colour);
    if (known !== undefined) return known;
    const distances = colours.map((other) => distance(colour, other));
    const nearest = distances.indexOf(Math.min(...distances));
    indices.set(colour, nearest);
    return nearest;
  };
  return { palette, indexOf };
}

/** Half of them for what is frequent, half for what would else be far from everything kept. */
function spread(counts: ReadonlyMap<number, number>): number[] {
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const kept = sorted.slice(0, COLOURS / 2).map(([colour]) => colour);
  const rest = sorted.slice(COLOURS / 2).map(([colour, count]) => ({
    colour,
    weight: Math.sqrt(count),
    far: Math.min(...kept.map((other) => distance(colour, other))),
  }));
  while (kept.length < COLOURS && rest.length > 0) {
    const missed = rest.map(({ weight, far }) => weight * far);
    const [worst] = rest.splice(missed.indexOf(Math.max(...missed)), 1);
    if (worst === undefined) break;
    kept.push(worst.colour);
    for (const other of rest) other.far = Math.min(other.far, distance(other.colour, worst.colour));
  }
  return kept;
}

function distance(a: number, b: number): number {
  const part = (shift: number): number => (((a >> shift) & 0xff) - ((b >> shift) & 0xff)) ** 2;
  return part(16) + part(8) + part(0);
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  callerControlSchema,
  CHANNEL,
  decodeControl,
  decodeFrame,
  encodeControl,
  encodeFrame,
  PosternError,
  serverControlSchema,
} from '../src/index.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('refused', () => {
  test('a frame without a channel, or of an unknown one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 255 }), fc.uint8Array({ maxLength: 8 }), (channel, payload) => {
        expect(() => decodeFrame(Uint8Array.of(channel, ...payload))).toThrow(
          'a frame of an unknown channel',
        );
      }),
    );
    expect(() => decodeFrame(new Uint8Array(0))).toThrow('a frame of an unknown channel');
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['no object', '"start"'],
    ['an unknown type', '{"type":"stop"}'],
    ['an unknown field', '{"type":"close-stdin","now":true}'],
    ['no type', '{}'],
    ['a terminal without columns', '{"type":"resize","rows":24}'],
    ['a terminal of no width', '{"type":"resize","cols":0,"rows":24}'],
    ['a long signal', `{"type":"signal","signal":"${'T'.repeat(17)}"}`],
    ['a start without a request', '{"type":"start"}'],
  ])('%s on the control channel', (_, text) => {
    expect(() => decodeControl(callerControlSchema, bytesOf(text))).toThrowError(
      expect.objectContaining({ code: 'bad_request' }),
    );
  });

  test('bytes that are not UTF-8 on the control channel', () => {
    expect(() => decodeControl(callerControlSchema, Uint8Array.of(0x22, 0xff, 0x22))).toThrowError(
      expect.objectContaining({ code: 'bad_request' }),
    );
  });

  test('whatever comes, nothing but a PosternError is thrown', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.json().map(bytesOf),
      fc
        .record({
          type: fc.constantFrom('start', 'resize', 'signal', 'outcome', 'error'),
          body: fc.jsonValue(),
        })
        .map((value) => bytesOf(JSON.stringify({ ...(value.body as object | null), type: value.type }))),
    );
    fc.assert(
      fc.property(payload, fc.constantFrom(callerControlSchema, serverControlSchema), (bytes, schema) => {
        try {
          decodeControl<unknown>(schema, bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(PosternError);
        }
      }),
    );
  });
});

describe('round trips', () => {
  test('a frame of any channel', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(CHANNEL)), fc.uint8Array(), (channel, payload) => {
        expect(decodeFrame(encodeFrame(channel, payload))).toEqual({ channel, payload });
      }),
    );
  });

  test('a control message', () => {
    const size = fc.integer({ min: 1, max: 1000 });
    const control = fc.oneof(
      fc.constant({ type: 'close-stdin' } as const),
      fc.record({ type: fc.constant('resize' as const), cols: size, rows: size }),
      fc.record({ type: fc.constant('signal' as const), signal: fc.string({ maxLength: 16 }) }),
    );
    fc.assert(
      fc.property(control, (said) => {
        const { channel, payload } = decodeFrame(encodeControl(said));
        expect(channel).toBe(CHANNEL.control);
        expect(decodeControl(callerControlSchema, payload)).toEqual(said);
      }),
    );
  });
});

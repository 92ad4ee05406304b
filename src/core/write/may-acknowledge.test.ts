import { describe, expect, test } from 'vitest';
import { mayAcknowledge } from './may-acknowledge.ts';

const interval = 1_000;
const nowhere = { inSlot: false, onDisk: false };
const onDisk = { inSlot: false, onDisk: true };
const inSlot = { inSlot: true, onDisk: false };

describe('object', () => {
  test('the slot decides, and nothing else', () => {
    expect(mayAcknowledge('object', nowhere, 0, interval)).toBe(false);
    expect(mayAcknowledge('object', onDisk, 0, interval)).toBe(false);
    expect(mayAcknowledge('object', inSlot, 0, interval)).toBe(true);
    expect(mayAcknowledge('object', inSlot, 10 * interval, interval)).toBe(true);
  });
});

describe('local', () => {
  test('the disk is enough', () => {
    expect(mayAcknowledge('local', nowhere, 0, interval)).toBe(false);
    expect(mayAcknowledge('local', onDisk, 0, interval)).toBe(true);
    expect(mayAcknowledge('local', inSlot, 0, interval)).toBe(true);
  });

  test('as long as no acknowledged record waits for its slot longer than the interval', () => {
    expect(mayAcknowledge('local', onDisk, interval, interval)).toBe(true);
    expect(mayAcknowledge('local', onDisk, interval + 1, interval)).toBe(false);
    expect(mayAcknowledge('local', inSlot, interval + 1, interval)).toBe(true);
  });
});

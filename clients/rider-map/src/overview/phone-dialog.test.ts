import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driveAddress } from './phone-dialog.js';

test('the phone is led to the driver’s page, over https unless told otherwise', () => {
  assert.deepEqual(driveAddress('abc.example'), { url: 'https://abc.example/drive/', insecure: false, local: false });
  assert.deepEqual(driveAddress('https://abc.example/some/page'), { url: 'https://abc.example/drive/', insecure: false, local: false });
});

test('an address that a phone’s browser would not trust is told apart', () => {
  assert.equal(driveAddress('http://192.168.1.7:8080')?.insecure, true);
  assert.deepEqual(driveAddress('http://localhost:8080'), { url: 'http://localhost:8080/drive/', insecure: false, local: true });
});

test('what is no address leads nowhere', () => {
  assert.equal(driveAddress(''), undefined);
  assert.equal(driveAddress('https://'), undefined);
});

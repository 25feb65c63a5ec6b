package dev.mesosshuffle.benchmark.security;

/**
 * What both ends know after a key exchange.
 *
 * @param key of both directions
 * @param sendIv of what the client sends, in AES/CTR
 * @param receiveIv of what it receives
 */
@SuppressWarnings("ArrayRecordComponent") // Nothing compares or changes it.
record SessionKeys(byte[] key, byte[] sendIv, byte[] receiveIv) {}

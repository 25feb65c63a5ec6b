package dev.mesosshuffle.benchmark.load;

/**
 * What a reducer asks for at a time, ready to be sent.
 *
 * @param request the frame that opens the stream
 * @param chunks how many chunks the stream then has
 * @param bytes how long they are together
 */
@SuppressWarnings("ArrayRecordComponent") // Nothing compares or changes it.
public record Fetch(byte[] request, int chunks, long bytes) {}

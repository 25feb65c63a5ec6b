package dev.mesosshuffle.it.client;

import java.util.Map;

/**
 * What came of a fetch: each block that was asked for is in one of the two.
 *
 * @param blocks the bytes of a block by its id
 * @param failures the message of a failure by the block's id
 */
public record Fetched(Map<String, byte[]> blocks, Map<String, String> failures) {}
